"""Sending: what a mail carries, and that none is lost, none sent twice knowingly, nobody wrong."""
