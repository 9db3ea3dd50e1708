"""How the test mail server fails: by recipient, and at each point of the dialogue.

The first label of the address's domain chooses the behaviour: `n1@dead.example.org` is refused. A suffix
gives the manner of the decisive reply (`dead-hangup`). With `-once` (`n1@hang-once.example.org`,
`n1@ok-hangup-once.example.org`) the first attempt is treated so, and later ones normally. Every behaviour
exists in every manner.

A fault belongs to a point of the dialogue: `mail/hangup/421 4.3.2 closing` answers each MAIL so and hangs up,
`end/half` sends half of the usual reply to a finished message, and `rcpt/never*1` applies only once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

TAKEN = b"250 2.0.0 taken"
POINTS = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "end", "rset", "quit")
MANNERS = {
    "plainly": "the reply",
    "hangup": "the reply, and the end of the connection with it",
    "reset": "the reply, and the connection is reset",
    "half": "half of the reply's line, and the end",
    "torn": "a reply of two lines, cut in the middle, the rest a moment later",
    "twice": "the reply, and once more",
    "late": "the reply, a moment later than usual",
    "never": "nothing, and the connection stays",
    "drips": "line after line of a reply that never ends, and the connection stays",
}
FAULT = re.compile(r"(?P<point>\w+)/(?P<manner>\w+)(?:/(?P<reply>[^*]+))?(?:\*(?P<times>\d+))?")


@dataclass(frozen=True)
class Behaviour:
    """The replies to RCPT and to the finished message, and what happens instead of a reply.

    `late` delays every reply by so many seconds. `manner` applies to the decisive reply. `drops` ends the
    connection in the middle of the message. With `is_stored` and no `at_end`, a message is stored without a
    reply.
    """

    at_rcpt: bytes = b"250 2.1.5 ok"
    at_end: bytes | None = TAKEN
    late: float = 0.0
    is_stored: bool = True
    drops: bool = False
    closes_at_end: bool = False
    manner: str = "plainly"

    def manner_at(self, point: str) -> str:
        """Return the manner at a point. A refused RCPT is decisive, else the reply to the message."""
        decides = "end" if self.at_rcpt.startswith(b"250") else "rcpt"
        return self.manner if point == decides else "plainly"


OK = Behaviour()
NOT_STORED = replace(OK, is_stored=False)
PLAIN: dict[str, Behaviour] = {
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
    "closing": replace(NOT_STORED, at_rcpt=b"421 4.3.2 closing", manner="hangup"),
}
BEHAVIOURS = PLAIN | {
    f"{name}-{manner}": replace(way, manner=manner) for name, way in PLAIN.items() for manner in MANNERS
}
GREYLISTED = replace(NOT_STORED, at_rcpt=b"450 4.2.0 greylisted, try later")
FIRST_TIME = {"greylist": GREYLISTED} | {f"{name}-once": way for name, way in BEHAVIOURS.items()}


class Memory:
    """Remembers the recipients met before."""

    def __init__(self) -> None:
        self.met: set[str] = set()

    def behaviour(self, recipient: str) -> Behaviour:
        """Return how this recipient is treated now."""
        label = recipient.rpartition("@")[2].partition(".")[0].lower()
        if label in FIRST_TIME and recipient not in self.met:
            self.met.add(recipient)
            return FIRST_TIME[label]
        return BEHAVIOURS.get(label, OK)


@dataclass
class Fault:
    """A reply or a manner at a point of the dialogue, so many `times` or always."""

    point: str
    manner: str = "plainly"
    reply: bytes | None = None
    times: int | None = None

    @classmethod
    def read(cls, text: str) -> Fault:
        """Parse `point/manner/reply*times`; reply and times may be left out. Raises ValueError."""
        found = FAULT.fullmatch(text)
        if not found or found["point"] not in POINTS or found["manner"] not in MANNERS:
            raise ValueError(f"{text!r} is no fault")
        reply, times = found["reply"], found["times"]
        return cls(
            found["point"], found["manner"], reply.encode() if reply else None, int(times) if times else None
        )


@dataclass
class Faults:
    """The active faults."""

    on: list[Fault] = field(default_factory=list)

    def at(self, point: str) -> Fault | None:
        """Return the fault at this point, and count it."""
        for fault in self.on:
            if fault.point == point and fault.times != 0:
                if fault.times:
                    fault.times -= 1
                return fault
        return None
