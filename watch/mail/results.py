"""What the mail server made of a message, as far as anybody knows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from watch.mail.replies import Meaning, meaning

ADDRESS = re.compile(r"\S*@\S*")
CLOSING = 421  # "closing the connection": it says nothing of a message (RFC 5321, 3.8)


@dataclass(frozen=True)
class Result:
    """What the mail server made of a message.

    `meaning` is None where it was taken, or (`is_uncertain`) where nobody said. With `not_tried` nothing was
    begun at all. `relay_lost`: the connection was lost without an answer, or could not be made. `hung_up`: it
    was the server who ended it, before it had the whole message.
    """

    code: int | None = None
    text: str | None = None
    meaning: Meaning | None = None
    is_uncertain: bool = False
    relay_lost: bool = False
    not_tried: bool = False
    hung_up: bool = False

    @property
    def is_sent(self) -> bool:
        """Taken by the mail server."""
        return self.meaning is None and not self.is_uncertain and not self.not_tried


TAKEN = Result(250)
NOT_TRIED = Result(not_tried=True)
NO_ANSWER = Result(text="no answer after the message's end", is_uncertain=True, relay_lost=True)


def refused(code: int, text: bytes) -> Result:
    """The recipient or the message was refused with this reply."""
    said = _clean(text)
    is_closing = code == CLOSING
    return Result(code, said, meaning(code, said), relay_lost=is_closing, hung_up=is_closing)


def sender_refused(code: int, text: bytes) -> Result:
    """We were refused, not the recipient: with 421 before the server had heard of any message."""
    said = _clean(text)
    if code == CLOSING:
        return Result(code, said, not_tried=True, relay_lost=True, hung_up=True)
    return Result(code, said, Meaning.OUR_FAULT, relay_lost=True)


def unreachable(trouble: OSError) -> Result:
    """No connection could be made."""
    return Result(text=type(trouble).__name__, not_tried=True, relay_lost=True)


def lost(trouble: OSError, *, hung_up: bool) -> Result:
    """The connection was lost before the server had the whole message."""
    return Result(text=type(trouble).__name__, meaning=Meaning.LATER, relay_lost=True, hung_up=hung_up)


def _clean(text: bytes) -> str:
    """What the server said, in one line, without addresses."""
    said = text.decode(errors="replace")
    return ADDRESS.sub("…", " ".join(said.split()))[:200]
