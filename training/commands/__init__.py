"""The commands of `moodlift-train`, a module each with its options and what it does."""
