"""Fills large databases for measuring. The product does not need it."""
