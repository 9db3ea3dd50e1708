"""Words of the outreach log: what was done, by whom, where, and what was left."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.models import OutreachEntry, OutreachKind, OutreachParty

KINDS = {
    OutreachKind.DOOR_KNOCKING: _l("Dörrknackning"),
    OutreachKind.ON_SITE: _l("Besök på plats"),
}
PARTIES = {
    OutreachParty.POLICE: _l("Polisen"),
    OutreachParty.VOLUNTEERS: _l("Volontärer"),
    OutreachParty.LANDLORD: _l("Fastighetsägaren"),
    OutreachParty.MUNICIPALITY: _l("Kommunen"),
}
ISOLATED = "\u2068"  # begins text of its own direction (Unicode, UAX 9)
OTHER = "other"  # a language of material that is not one of ours
LANGUAGES = {each.value: name for each, name in language.OWN_NAMES.items()} | {OTHER: _l("Annat språk")}


def where_of(entry: OutreachEntry) -> str:
    """Return where it was, by the building's address or the place; the area once the place was erased."""
    if entry.building:
        return entry.building.address
    return entry.place or _("%(area)s, platsen är raderad", area=entry.area.name)


def parties_of(entry: OutreachEntry) -> str:
    """Return the organisations whose people took part, joined by commas."""
    return language.listed(str(PARTIES[each]) for each in entry.parties)


def languages_of(entry: OutreachEntry) -> str:
    """Return the languages of the material, joined by commas."""
    return language.listed(str(LANGUAGES[each]) for each in entry.material_languages.split())


def material_of(entry: OutreachEntry) -> str:
    """Return what was left and in which languages: "40, Svenska, العربية"; "nej" if nothing was.

    Each part is isolated, so that names in both directions of writing keep their order.
    """
    if not entry.left_material:
        return _("nej")
    count = language.number(entry.material_count) if entry.material_count else _("ja")
    names = (str(LANGUAGES[each]) for each in entry.material_languages.split())
    return language.listed(f"{ISOLATED}{part}{language.AS_BEFORE}" for part in (count, *names))


def period_said(period: date, *, is_month: bool) -> str:
    """Return the name of the period that begins on a day: "september 2026", "2026"."""
    return format_date(period, "LLLL y") if is_month else str(period.year)
