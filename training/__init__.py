"""Dataset to trained Keras model. Runs on a workstation; the device never imports it."""
