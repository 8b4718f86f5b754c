"""The configuration: its file, the settings over it, and the strings of each language."""
