"""Which model serves: what is installed, how a new one is checked and tried, and the way back."""
