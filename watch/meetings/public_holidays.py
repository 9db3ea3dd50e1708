"""Swedish public holidays and eves, by the names that the reader's language has for them."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from holidays.constants import DE_FACTO, OPTIONAL, PUBLIC
from holidays.countries.sweden import Sweden

from watch import language

# By the library's names. It also knows days between a holiday and a weekend, on which people work and meet.
NAMES = {
    "Nyårsdagen": _l("nyårsdagen"),
    "Trettondagsafton": _l("trettondagsafton"),
    "Trettondedag jul": _l("trettondedag jul"),
    "Skärtorsdagen": _l("skärtorsdagen"),
    "Långfredagen": _l("långfredagen"),
    "Påskafton": _l("påskafton"),
    "Påskdagen": _l("påskdagen"),
    "Annandag påsk": _l("annandag påsk"),
    "Valborgsmässoafton": _l("valborgsmässoafton"),
    "Första maj": _l("första maj"),
    "Kristi himmelsfärdsdag": _l("Kristi himmelsfärdsdag"),
    "Pingstafton": _l("pingstafton"),
    "Pingstdagen": _l("pingstdagen"),
    "Nationaldagen": _l("nationaldagen"),
    "Midsommarafton": _l("midsommarafton"),
    "Midsommardagen": _l("midsommardagen"),
    "Allahelgonsafton": _l("allhelgonaafton"),
    "Alla helgons dag": _l("alla helgons dag"),
    "Julafton": _l("julafton"),
    "Juldagen": _l("juldagen"),
    "Annandag jul": _l("annandag jul"),
    "Nyårsafton": _l("nyårsafton"),
}


def holiday_on(day: date) -> str | None:
    """Return the name of the public holiday or eve on a day, or of both if two fall on it, or None."""
    known = Sweden(years=day.year, categories=(PUBLIC, DE_FACTO, OPTIONAL), language="sv").get_list(day)
    names = [str(NAMES[each]) for each in (entry.partition(" (")[0] for entry in known) if each in NAMES]
    return language.together(names) if names else None
