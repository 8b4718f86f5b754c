"""The main process, in which everything that is not vision comes together."""
