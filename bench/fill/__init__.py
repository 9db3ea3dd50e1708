"""Large databases to measure with; nothing of the product needs it."""
