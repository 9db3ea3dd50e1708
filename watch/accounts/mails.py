"""The mails about signing in."""

from __future__ import annotations

from watch import tokens
from watch.mail.kinds import FromAddress, Mail
from watch.models import LeftOut, Purpose, SignInLink

SIGN_IN = Mail(
    "sign-in",
    about=SignInLink,
    sender=FromAddress.ACCOUNT,
    link=lambda link: f"/login/{tokens.make(Purpose.SIGN_IN, link)}",
    wanted_unless=lambda link, _now: {LeftOut.OVER: link.ended_at is not None},
    one_time=True,
    proves_address=True,
)
SIGN_IN_UNKNOWN = Mail(
    "sign-in-unknown",
    about=SignInLink,
    sender=FromAddress.ACCOUNT,
    link=lambda _link: "/",
    # it explains how to join, which is useful whatever has happened since
    wanted_unless=lambda _link, _now: {},
    one_time=True,
    proves_address=True,
)
