"""Scenarios of failures while mail is sent, and what each must result in."""
