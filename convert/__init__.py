"""Keras model to a verified int8 bundle. Runs on a workstation; the device never imports it."""
