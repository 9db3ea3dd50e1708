"""The outreach log as CSV: numbers and places, never a person."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _

from watch.models import OutreachEntry, OutreachParty
from watch.outreach.labels import KINDS, PARTIES, languages_of, where_of
from watch.spreadsheets import csv_of


def as_csv(entries: Iterable[OutreachEntry]) -> str:
    """Return the entries with a heading as CSV. A count that is not known is an empty cell."""
    heading = (
        _("Dag"), _("Område"), _("Plats"), _("Vad"), *map(str, PARTIES.values()), _("Så många var med"),
        _("Knackade dörrar"), _("Öppnade dörrar"), _("Lämnade material"), _("Exemplar"), _("Språk"),
    )  # fmt: skip
    return csv_of(heading, map(_cells, entries))


def _cells(each: OutreachEntry) -> list[object]:
    parties = [_yes(party in each.parties) for party in OutreachParty]
    numbers = [_known(number) for number in (each.people, each.doors_knocked, each.doors_opened)]
    left = [_yes(each.left_material), _known(each.material_count), languages_of(each)]
    where = [each.day.isoformat(), each.area.name, where_of(each), str(KINDS[each.kind])]
    return [*where, *parties, *numbers, *left]


def _yes(is_so: bool) -> str:
    return _("ja") if is_so else _("nej")


def _known(number: int | None) -> object:
    return "" if number is None else number
