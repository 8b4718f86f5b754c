"""Fine-tune a model on a kiosk's feedback: `moodlift-train retrain`."""
