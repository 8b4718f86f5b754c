"""How a new model is let in, tried, and taken back."""
