"""What flies and falls behind the character, one module each."""
