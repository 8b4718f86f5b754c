"""The music of the kiosk, written as code."""
