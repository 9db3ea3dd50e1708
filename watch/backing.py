"""Who stands behind a group: municipality, police and landlord. Settings name the first two."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale
from babel.lists import format_list
from flask import current_app
from flask_babel import lazy_gettext as _l

from watch import language

ISOLATED, AS_BEFORE = "\u2068", "\u2069"
NOTHING_LOST = _l("Det kostar inget, du förbinder dig inte till något, och du kan lämna när du vill.")


def backed_by(landlords: Iterable[str] = ()) -> str:
    """Return the sentence that names the partners, in the current language.

    Without a setting, municipality and police are called what they are.
    """
    municipality = current_app.config["MUNICIPALITY"] or str(_l("kommunen"))
    police = current_app.config["POLICE"] or str(_l("polisen"))
    names = [municipality, police, *dict.fromkeys(landlords)]
    if language.direction() == "rtl":  # a name in other letters stays whole
        names = [f"{ISOLATED}{name}{AS_BEFORE}" for name in names]
    listed = format_list(names, locale=Locale(language.current().value))
    return str(_l("I samarbete med %(partners)s.", partners=listed))
