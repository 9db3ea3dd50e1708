"""Limits on the length of form values. Each value is cut before any filter or rule reads it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from flask import g
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import Length, StopValidation, ValidationError

OF_A_CHOICE = 200  # characters of a value that is not typed: a number, a date, a key
OF_A_PATH = 4096  # characters of an address on this site; no request has a longer one


class Sent(Protocol):
    """The values that came with a form, by name."""

    def getlist(self, key: str) -> list[Any]:
        """Return all values of a name."""


class AtMost(Length):
    """At most `most` characters. Longer text is refused at once, so that no other rule has to read it.

    Browsers are not told (maxlength): they would cut a pasted text without a word.

    Typed text is read up to `reads` characters, which is more, because spaces and separately typed accents do
    not count in the end.
    """

    def __init__(self, most: int, message: Any, *, reads: int | None = None) -> None:
        super().__init__(max=most, message=message)
        self.field_flags = {}
        self.reads = reads or 3 * most + 200

    def __call__(self, form: Any, field: Field) -> None:
        """Check the length. Raises StopValidation, so that no later rule runs."""
        try:
            super().__call__(form, field)
        except ValidationError as too_long:
            raise StopValidation(*too_long.args) from None

    def refuse(self, _form: Any, field: Field) -> None:
        """Refuse a value that was cut. Raises StopValidation."""
        raise StopValidation(
            None if field.errors else self.message % {"min": -1, "max": self.max, "length": self.max}
        )


TOO_LONG = _l("Det är för långt. Ladda om sidan och försök igen.")
UNTYPED = AtMost(OF_A_CHOICE, TOO_LONG, reads=OF_A_CHOICE)
PATH = AtMost(OF_A_PATH, TOO_LONG, reads=OF_A_PATH)


def most_of(field: Field) -> AtMost:
    """Return a field's rule about length; a field without one is not typed but chosen."""
    return next((rule for rule in field.validators if isinstance(rule, AtMost)), UNTYPED)


def shortened(fields: Iterable[Field], sent: Sent) -> MultiDict[str, Any]:
    """Return the values sent for these fields, cut to what is read; a field that was cut will be refused."""
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
    """WTForms' Meta for our forms: reads no more of a value than its field allows."""

    def wrap_formdata(self, form: Any, formdata: Any) -> MultiDict[str, Any] | None:
        """Cut what was sent, and remember it cut for the page that shows the form again."""
        sent = super().wrap_formdata(form, formdata)  # type: ignore[misc]  # WTForms puts its own Meta below
        if sent is None:
            return None
        kept = shortened(form, sent)
        if sent is not formdata:  # only what the request sent, not data that the caller passed to the form
            g.setdefault("typed", {}).update(kept.lists())
        return kept


def _is_long(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) > most
