"""What a mail server's refusal means, and what follows from it (RFC 3463, RFC 5321 4.2; delivery.md)."""

from __future__ import annotations

import re
from enum import Enum, auto

ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
DEAD = frozenset({(1, 1), (1, 2), (1, 10), (2, 1)})  # no such mailbox, no such domain, null MX, disabled
OUR_MESSAGE = frozenset({(3, 4)})  # too large
BLOCKED = re.compile(r"\b(?:blocked|blacklist|blocklist|denylist)", re.IGNORECASE)


class Meaning(Enum):
    """What becomes of a message that was not taken."""

    LATER = auto()  # tried again
    DEAD_ADDRESS = auto()  # nobody is written to there any more
    REFUSED = auto()  # final, and says nothing about the address for good
    OUR_FAULT = auto()  # they mistrust us: never the reader's fault; tried again much later
    OUR_MESSAGE = auto()  # the operator has to look


def meaning(code: int, text: str) -> Meaning:
    """What a reply other than "taken" means."""
    subject, detail = _enhanced(text)
    if subject == 7 or BLOCKED.search(text):
        return Meaning.OUR_FAULT
    if not 500 <= code < 600 or (subject, detail) == (2, 2):  # a full mailbox may be emptied
        return Meaning.LATER
    if (subject, detail) in DEAD:
        return Meaning.DEAD_ADDRESS
    if subject in {5, 6} or (subject, detail) in OUR_MESSAGE:
        return Meaning.OUR_MESSAGE
    return Meaning.REFUSED


def _enhanced(text: str) -> tuple[int | None, int | None]:
    found = ENHANCED.match(text)
    return (int(found[2]), int(found[3])) if found else (None, None)
