"""Copies of the database: made while everything runs, and restored without undoing departures."""
