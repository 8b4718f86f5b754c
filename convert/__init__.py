"""Convert Keras models to verified int8 bundles, on a workstation; the device never imports it."""
