"""The command `moodlift`."""
