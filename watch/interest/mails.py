"""The mail that asks to confirm interest in a group."""

from __future__ import annotations

from watch import tokens
from watch.mail.kinds import FromAddress, Mail
from watch.models import Interest, LeftOut, Purpose

INTEREST_CONFIRM = Mail(
    "interest-confirm",
    about=Interest,
    sender=FromAddress.ACCOUNT,
    link=lambda interest: f"/interest/{tokens.make(Purpose.CONFIRM_INTEREST, interest)}",
    wanted_unless=lambda interest, _now: {LeftOut.OVER: interest.ended_at is not None},
    proves_address=True,
)
