"""Programs that put a kiosk under load, and that kill it. Not tests; tests run them."""
