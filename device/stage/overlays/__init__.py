"""What is written over the scene: captions, notices, questions and codes."""
