"""Fixtures for the tests of messages: the mail server."""

from tests.mail.conftest import relay, send_to

__all__ = ["relay", "send_to"]
