"""The mail server of the tests of mail, for tests of meetings whose mails are read."""

from tests.mail.conftest import relay, send_to

__all__ = ["relay", "send_to"]
