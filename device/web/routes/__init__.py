"""What the page answers, a module for each subject."""
