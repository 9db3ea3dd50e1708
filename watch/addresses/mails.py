"""The mails about a change of one's own address, to the new one and to the old one."""

from __future__ import annotations

from watch import tokens
from watch.mail.kinds import FromAddress, Mail
from watch.models import AddressChange, LeftOut, Purpose

ADDRESS_CHANGE = Mail(
    "address-change",
    about=AddressChange,
    sender=FromAddress.ACCOUNT,
    link=lambda change: f"/email/{tokens.make(Purpose.CONFIRM_ADDRESS, change)}",
    wanted_unless=lambda change, now: {LeftOut.OVER: not change.is_pending(now)},
    proves_address=True,
)
ADDRESS_CHANGED = Mail(
    "address-changed",
    about=AddressChange,
    sender=FromAddress.ACCOUNT,
    link=lambda change: f"/email/undo/{tokens.make(Purpose.UNDO_ADDRESS, change)}",
    wanted_unless=lambda change, now: {LeftOut.OVER: not change.can_be_undone(now)},
    proves_address=True,
)
ADDRESS_CHANGE_UNDONE = Mail(
    "address-change-undone",
    about=AddressChange,
    sender=FromAddress.ACCOUNT,
    link=lambda _change: "/login",
    wanted_unless=lambda change, _now: {LeftOut.OVER: change.ended_at is None},
)
