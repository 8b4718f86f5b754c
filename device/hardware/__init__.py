"""What the kiosk is plugged into: camera, display, audio, GPIO and the board itself."""
