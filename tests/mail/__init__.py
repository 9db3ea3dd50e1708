"""Sending: what mails contain; none is lost, none knowingly sent twice, none sent to the wrong person."""
