"""What only runs on one's own machine."""
