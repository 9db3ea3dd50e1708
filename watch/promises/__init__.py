"""Promises to the citizens: written, published and followed up by officers, read by everybody."""
