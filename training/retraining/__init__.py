"""From what people told a kiosk to a model that has learnt of it: `moodlift-train retrain`."""

NOTE = "retraining.json"
"""What was learnt from, in the run's folder."""
