"""What is done to the sending, and what has to come of it."""
