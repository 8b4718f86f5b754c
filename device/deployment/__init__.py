"""How a new model is validated, tried, and rolled back."""
