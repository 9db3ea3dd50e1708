"""What the mail server made of a message, as far as anybody knows."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass

from watch.mail.replies import Meaning, meaning
from watch.mail.smtp import NoAnswer

ADDRESS = re.compile(r"\S*@\S*")


@dataclass(frozen=True)
class Result:
    """What the mail server made of a message.

    `meaning` is None where it was taken, or (`is_uncertain`) where nobody said. With `relay_lost` the
    connection does not stand any more; with `not_tried` nothing was begun at all.
    """

    code: int | None = None
    text: str | None = None
    meaning: Meaning | None = None
    is_uncertain: bool = False
    relay_lost: bool = False
    not_tried: bool = False

    @property
    def is_sent(self) -> bool:
        """Taken by the mail server."""
        return self.meaning is None and not self.is_uncertain and not self.not_tried


def result_of(trouble: OSError) -> Result:
    """What a dialogue's end means; a refusal of ourselves (not of the reader) is trouble with the relay."""
    match trouble:
        case NoAnswer():
            return Result(text="no answer after the message's end", is_uncertain=True, relay_lost=True)
        case smtplib.SMTPSenderRefused():
            said = _clean(trouble.smtp_error)
            return Result(trouble.smtp_code, said, Meaning.OUR_FAULT, relay_lost=True)
        case smtplib.SMTPRecipientsRefused():
            ((code, text),) = trouble.recipients.values()
            return _refused(code, text)
        case smtplib.SMTPResponseException():
            return _refused(trouble.smtp_code, trouble.smtp_error)
    return Result(text=type(trouble).__name__, meaning=Meaning.LATER, relay_lost=True)


def _refused(code: int, text: bytes | str) -> Result:
    said = _clean(text)
    return Result(code, said, meaning(code, said), relay_lost=code == 421)


def _clean(text: bytes | str) -> str:
    """What the server said, in one line, without addresses."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return ADDRESS.sub("…", " ".join(said.split()))[:200]
