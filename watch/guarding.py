"""The rule of forms that a text which others read must not point at a person, and the writer's assurance.

Whoever is stopped can reword the text, or press "Det är ingen person". That covers only what was found then:
a digest of each finding comes with the form. The route writes it into the audit trail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from watch.guard import flats_of_people, named_in, names_flat, people_at, plates_in, suspects_in, tells_flat
from watch.lengths import TOO_LONG, AtMost

MOST_CHARACTERS = 1000  # of all digests, some seventy
LOOKS_LIKE_PLATE = _l(
    "Det ser ut som ett registreringsnummer. Ring 112 om brottet pågår, annars tipsa polisen på 114 14. "
    "Ta bort numret här."
)
LOOKS_LIKE_SUSPECT = _l(
    "Det ser ut som att du pekar ut en person. Ring 112 om brottet pågår, annars tipsa polisen på 114 14. "
    "Ta bort namnet här."
)
TELLS_OF_NEIGHBOUR = _l(
    "Här står en person eller någons lägenhet. Texten läses också av fastighetsägaren, kommunen och polisen. "
    'Skriv om platsen, till exempel "lampan i porten", och inte om vem som bor där.'
)


class AssuranceField(HiddenField):
    """Digests of what the writer has said points at nobody. `found` has what was found now, by digest."""

    def __init__(self, **more: Any) -> None:
        most = AtMost(MOST_CHARACTERS, TOO_LONG, reads=MOST_CHARACTERS)
        super().__init__(validators=[most], default="", **more)
        self.found: dict[str, str] = {}

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = " ".join(map(str, valuelist)).strip()
        self.raw_data = [self.data]  # the button's value comes beside the hidden field's

    @property
    def asked(self) -> str:
        """What the button "Det är ingen person" sends; empty if nothing more was found."""
        is_new = self.found.keys() - set((self.data or "").split())
        return " ".join(self.found) if is_new else ""

    @property
    def is_given(self) -> bool:
        """True if something was found and the writer has said that it points at nobody."""
        return bool(self.found) and not self.asked


def surely_about_nobody(form: Any, field: Field) -> None:
    """Refuse a text that seems to point at a person or a car, whatever its writer says.

    It is for whoever writes by a link and is no member: nobody answers for their assurance.
    """
    text = field.data or ""
    if plates_in(text):
        raise ValidationError(LOOKS_LIKE_PLATE)
    if _suspects_in(form, field):
        raise ValidationError(LOOKS_LIKE_SUSPECT)


def surely_about_no_neighbour(form: Any, field: Field) -> None:
    """Refuse a text that tells of people by the numbers of their flats, or points at a person or a car."""
    surely_about_nobody(form, field)
    if flats_of_people(field.data or ""):
        raise ValidationError(TELLS_OF_NEIGHBOUR)


def about_nobody(form: Any, field: Field) -> None:
    """Refuse a text that seems to point at a person or a car, unless the writer has said that it does not."""
    text = field.data or ""
    plates, suspects = plates_in(text), _suspects_in(form, field)
    ask_about(form, (*plates, *suspects), LOOKS_LIKE_PLATE if plates else LOOKS_LIKE_SUSPECT)


def about_no_neighbour(form: Any, field: Field, known: Iterable[str]) -> None:
    """Ask about names that the writer knows (`known`), and about the flats of people.

    Whoever writes must learn of nobody else from the question.
    """
    text = field.data or ""
    ask_about(form, [*named_in(text, known), *flats_of_people(text)], TELLS_OF_NEIGHBOUR)


def about_a_place(form: Any, field: Field) -> None:
    """Refuse a place with the number of a flat, and ask about one that may name a person."""
    text = field.data or ""
    if field.errors:
        return
    if tells_flat(text):
        raise ValidationError(
            _l("Det ser ut som en lägenhet. Skriv bara platsen, till exempel Hässlehuset eller torget.")
        )
    without_names(
        form,
        field,
        _l(
            "Det ser ut som ett namn på en person. Skriv bara platsen, till exempel Hässlehuset eller torget."
        ),
    )


def without_names(form: Any, field: Field, message: Any) -> None:
    """Ask with this message about a text that may name a person, where no name has a place."""
    if not field.errors:
        ask_about(form, people_at(field.data or ""), message)


def demand_no_flat(text: str) -> None:
    """Raise an error about a contact person's line that tells where somebody lives."""
    if names_flat(text):
        raise ValidationError(_l("Skriv inte i vilken lägenhet någon bor, för alla grannar ser kontakten."))


def _suspects_in(form: Any, field: Field) -> list[str]:
    """Return whom a field points at, read on from the field before: a heading, then "Han heter Kalle"."""
    fields = [each for each in form if about_nobody in each.validators]
    before = fields[fields.index(field) - 1].data or "" if field in fields[1:] else ""
    known = suspects_in(before) if before else []
    return [each for each in suspects_in(f"{before}\n\n{field.data or ''}") if each not in known]


def ask_about(form: Any, found: Sequence[str], message: Any) -> None:
    """Refuse with this message what was found in a text, unless the writer has said that it is all right."""
    digests = {_digest(words): words for words in found}
    assurance: AssuranceField = form.about_nobody
    assurance.found |= digests
    if digests.keys() - set((assurance.data or "").split()):
        raise ValidationError(message)


def _digest(words: str) -> str:
    return hashlib.sha256(words.casefold().encode()).hexdigest()[:12]
