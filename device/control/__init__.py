"""What the outside may see of a running kiosk, and order it to do."""
