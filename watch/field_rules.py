"""Rules for typed text that hold in every form (trust.md, "Input that must be refused")."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField
from wtforms.fields.core import UnboundField
from wtforms.validators import ValidationError

from watch.guard import plates_in, suspects_in, tells_flat, tells_of_somebody
from watch.guarding import LOOKS_LIKE_PLATE, LOOKS_LIKE_SUSPECT
from watch.names import has_letter, is_like_link
from watch.personnummer import has_personnummer, may_be_mobile, personnummer_word
from watch.signs import JOINERS, before_hidden_sign, has_pile
from watch.titles import is_title

SCRIPT_LINK = re.compile(r"javascript\s*:", re.IGNORECASE)


def hidden_signs_word(before: str) -> Any:
    """Return the message for a sign that nobody sees, which stands after these words."""
    if not before:
        return _l("Här finns osynliga tecken, det första allra först. Skriv om början.")
    return _l(
        "Här finns osynliga tecken. Det första står efter ”%(before)s”: skriv om det stället.", before=before
    )


class NoHiddenSigns:
    """Refuses characters that nobody can see, but those that are allowed; line breaks only if `lines`."""

    def __init__(self, *, allowed: str = "", lines: bool = False) -> None:
        self.allowed = allowed + ("\r\n\t" if lines else "")

    def __call__(self, _form: Any, field: Field) -> None:
        before = before_hidden_sign(field.data or "", self.allowed, joins=self.allowed == JOINERS)
        if before is not None:
            raise ValidationError(hidden_signs_word(before))


def no_pile_of_marks(_form: Any, field: Field) -> None:
    """Refuse a letter with so many accents that they cover what stands around it."""
    if has_pile(field.data or ""):
        raise ValidationError(
            _l("En bokstav har för många accenter, högst 4 får plats. Skriv bokstaven igen.")
        )


def no_personnummer(_form: Any, field: Field) -> None:
    """Refuse a personnummer."""
    if has_personnummer(field.data or ""):
        raise ValidationError(personnummer_word(field.data))


def no_personnummer_in_text(_form: Any, field: Field) -> None:
    """Refuse a personnummer, and say how to write a number that only looks like one."""
    if has_personnummer(field.data or ""):
        raise ValidationError(
            personnummer_word(field.data)
            if may_be_mobile(field.data)
            else _l(
                "Det ser ut som ett personnummer. Skriv aldrig personnummer här. Är det ett annat nummer, "
                "skriv vilket före och siffrorna i ett: OCR, bankgiro, plusgiro, kundnummer eller "
                "ärendenummer 1234567890."
            )
        )


def no_script_link(_form: Any, field: Field) -> None:
    """Refuse a javascript: address, which a program that makes links of texts would run."""
    if SCRIPT_LINK.search(field.data or ""):
        raise ValidationError(_l("Länken går inte att skicka. Använd en adress som börjar med https://."))


OF_EVERY_TEXT = (no_pile_of_marks, no_script_link, no_personnummer_in_text)


def no_encoded_word(_form: Any, field: Field) -> None:
    """Refuse an RFC 2047 encoded word, which a mail's header would decode to something else."""
    text = field.data or ""
    begins = text.find("=?")
    if begins >= 0 and text.find("?=", begins + 2) >= 0:
        raise ValidationError(_l("Teckenföljden =? … ?= kan inte skickas. Ta bort den."))


def no_link(_form: Any, field: Field) -> None:
    """Refuse what a mail program would turn into a link, because names are mailed to others."""
    if not field.errors and is_like_link(field.data or ""):
        raise ValidationError(_l("Skriv bara ett namn, utan webbadress och e-postadress."))


def a_letter(_form: Any, field: Field) -> None:
    """Refuse a name without any letter that can be seen."""
    if field.data and not field.errors and not has_letter(field.data):
        raise ValidationError(_l("Skriv ett namn med minst en bokstav."))


def no_title(_form: Any, field: Field) -> None:
    """Refuse the title of a role, because messages by "Polisen" would be believed."""
    if field.data and not field.errors and is_title(field.data):
        raise ValidationError(
            _l("Skriv ett eget namn, inte en roll. Är det ett efternamn? Skriv förnamnet först.")
        )


def no_telling(_form: Any, field: Field) -> None:
    """Refuse a name that tells something of somebody. No assurance helps: no name needs a deed or a flat."""
    text = field.data or ""
    if not field.errors and (tells_of_somebody(text) or tells_flat(text)):
        raise ValidationError(
            _l("Skriv bara ett namn, utan lägenhet och utan något om någon. Förnamn räcker.")
        )


def nobody_in_link(_form: Any, field: Field) -> None:
    """Refuse a link whose words seem to point at a person, because it is mailed to everybody."""
    words = unquote(field.data or "").partition("://")[2]
    path = re.sub(r"\bmeeting_\w+|[^\w-]+|_", " ", words.partition("/")[2])  # Teams has meeting_…
    if has_personnummer(path) and "-" in path:
        raise ValidationError(personnummer_word(""))
    if any(plate.isupper() for plate in plates_in(path.replace("-", " "))):
        raise ValidationError(LOOKS_LIKE_PLATE)
    if suspects_in(re.sub(r"[\W\d_]+", " ", words).title()):
        raise ValidationError(LOOKS_LIKE_SUSPECT)


class OurWordsOfChoices:
    """WTForms' Meta for our forms: a choice that no page offers is refused in words that people know."""

    def bind_field(self, form: Any, unbound_field: UnboundField, options: dict[str, Any]) -> Field:
        """Bind a field; of one with choices, the messages are ours unless the form has its own."""
        kinds = "invalid_value_message", "invalid_choice_message"
        missing = [kind for kind in kinds if kind not in unbound_field.kwargs]
        if issubclass(unbound_field.field_class, SelectField):
            options = dict.fromkeys(missing, CHOOSE) | options
        bound: Field = super().bind_field(form, unbound_field, options)  # type: ignore[misc]  # WTForms' Meta
        return bound


CHOOSE = _l("Välj ett av alternativen i listan.")
IN_LINKS = "/%:=&?~#+!$,;'@()*[]"  # the signs of a link that need no other writing


def plain_link(text: str) -> str:
    """Return a link in the signs that programs read. Raises ValueError if it is not one link with https."""
    parts = urlsplit(text)
    host = (parts.hostname or "").encode("idna").decode()
    is_one = not any(sign.isspace() or sign in '<>"\\' for sign in text)
    if not is_one or parts.scheme != "https" or "." not in host or "@" in parts.netloc:
        raise ValueError("not a link with https")
    site = f"{host}:{parts.port}" if parts.port else host
    rest = (quote(part, safe=IN_LINKS) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit(("https", site, *rest))
