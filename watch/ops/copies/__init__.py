"""Copies of the database: made while everything runs, and put in its place without taking anything back."""
