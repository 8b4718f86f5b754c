"""The status that a running kiosk publishes, and the commands that it executes."""
