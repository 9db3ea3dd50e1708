"""How much of what is typed is read: each value of a form is cut before any filter or rule walks it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from flask import g
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import Length, StopValidation, ValidationError

OF_A_CHOICE = 200  # characters of what is chosen, ticked or carried: a number, a date, a key
OF_A_PATH = 4096  # characters of an address on this site; no request has a longer one


class Sent(Protocol):
    """What came with a form: the values of each name."""

    def getlist(self, key: str) -> list[Any]:
        """All values of a name."""


class AtMost(Length):
    """At most so many characters; what is longer is refused at once, and no other rule has to read it.

    Typed text is read to `reads` characters, some more than that: marks may be typed apart from their
    letters, and spaces around it. What is longer even so is cut there, and refused.
    """

    def __init__(self, most: int, message: Any, *, reads: int | None = None) -> None:
        super().__init__(max=most, message=message)
        self.reads = reads or 3 * most + 200

    def __call__(self, form: Any, field: Field) -> None:
        """Stop where it is too long."""
        try:
            super().__call__(form, field)
        except ValidationError as too_long:
            raise StopValidation(*too_long.args) from None

    def refuse(self, _form: Any, field: Field) -> None:
        """Stop, whatever is left of it. Raises StopValidation."""
        raise StopValidation(
            None if field.errors else self.message % {"min": -1, "max": self.max, "length": self.max}
        )


TOO_LONG = _l("Det är för långt. Ladda om sidan och försök igen.")
UNTYPED = AtMost(OF_A_CHOICE, TOO_LONG, reads=OF_A_CHOICE)
PATH = AtMost(OF_A_PATH, TOO_LONG, reads=OF_A_PATH)


def most_of(field: Field) -> AtMost:
    """What a field says of its length; what says nothing is not typed."""
    return next((rule for rule in field.validators if isinstance(rule, AtMost)), UNTYPED)


def shortened(fields: Iterable[Field], sent: Sent) -> MultiDict[str, Any]:
    """What was sent for these fields, each value cut at what its field reads; one that was cut is refused."""
    kept: MultiDict[str, Any] = MultiDict()
    for field in fields:
        most, values = most_of(field), sent.getlist(field.name)
        if any(_is_long(value, most.reads) for value in values):
            field.validators = (most.refuse, *field.validators)
            values = [value[: most.reads] if _is_long(value, most.reads) else value for value in values]
        if values:
            kept.setlist(field.name, values)
    return kept


class ReadsNoMore:
    """How a form reads what was sent (WTForms calls it Meta): no more of it than its fields say."""

    def wrap_formdata(self, form: Any, formdata: Any) -> MultiDict[str, Any] | None:
        """What was sent, cut; and the page that shows what was typed shows no more of it either."""
        sent = super().wrap_formdata(form, formdata)  # type: ignore[misc]  # WTForms puts its own Meta below
        if sent is None:
            return None
        kept = shortened(form, sent)
        if sent is not formdata:  # it is the request's own
            g.setdefault("typed", {}).update(kept.lists())
        return kept


def _is_long(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) > most
