"""Faces that nobody has: drawn people who act the seven emotions, as the device would crop them."""
