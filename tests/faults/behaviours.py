"""How the test mail server treats a recipient: chosen by the first label of the address's domain.

`n1@dead.example.org` is refused. With `-once` (`n1@hang-once.example.org`) a recipient is treated so the
first time, and like everybody else afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

TAKEN = b"250 2.0.0 taken"


@dataclass(frozen=True)
class Behaviour:
    """The replies to RCPT and to the finished message, and what is done instead of replying.

    `late` is how many seconds every reply comes late. `drops`: the connection ends in the middle of the
    message. `is_stored` without a reply (`at_end` None) is a message of which nobody hears.
    """

    at_rcpt: bytes = b"250 2.1.5 ok"
    at_end: bytes | None = TAKEN
    late: float = 0.0
    is_stored: bool = True
    drops: bool = False
    closes_at_rcpt: bool = False
    closes_at_end: bool = False


OK = Behaviour()
NOT_STORED = replace(OK, is_stored=False)
BEHAVIOURS: dict[str, Behaviour] = {
    "ok": OK,
    "busy": replace(NOT_STORED, at_rcpt=b"450 4.3.2 busy, try later"),
    "full": replace(NOT_STORED, at_rcpt=b"452 4.2.2 mailbox full"),
    "dead": replace(NOT_STORED, at_rcpt=b"550 5.1.1 no such mailbox"),
    "blocked": replace(NOT_STORED, at_rcpt=b"550 5.7.1 blocked"),
    "toolarge": replace(NOT_STORED, at_end=b"552 5.3.4 message too large"),
    "hang": replace(NOT_STORED, at_end=None),
    "drop": replace(NOT_STORED, drops=True),
    "storedrop": replace(OK, at_end=None, closes_at_end=True),
    "slow": replace(OK, late=0.3),
    "garbled": replace(OK, at_end=b"250 2.0.0 taken \xff\xfe\xc3\x28 \x80"),
    "garbleddead": replace(NOT_STORED, at_rcpt=b"550 5.1.1 \xff\xfe\xc3\x28 no such mailbox"),
    "closing": replace(NOT_STORED, at_rcpt=b"421 4.3.2 closing", closes_at_rcpt=True),
}
GREYLISTED = replace(NOT_STORED, at_rcpt=b"450 4.2.0 greylisted, try later")
FIRST_TIME = {"greylist": GREYLISTED} | {f"{name}-once": way for name, way in BEHAVIOURS.items()}


class Memory:
    """Which recipients were met before."""

    def __init__(self) -> None:
        self.met: set[str] = set()

    def behaviour(self, recipient: str) -> Behaviour:
        """How this recipient is treated now."""
        label = recipient.rpartition("@")[2].partition(".")[0].lower()
        if label in FIRST_TIME and recipient not in self.met:
            self.met.add(recipient)
            return FIRST_TIME[label]
        return BEHAVIOURS.get(label, OK)
