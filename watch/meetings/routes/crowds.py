"""How many take part among those whom a coordinator does not work with: last night's count, in bands."""

from __future__ import annotations

from flask_babel import gettext as _

from watch import language
from watch.groups.labels import HouseholdsSaid
from watch.groups.queries.areas import households_by_stairwell, last_night
from watch.models import Group, Meeting, utcnow


def crowds(group: Group) -> dict[int | None, str]:
    """Return how many take part, in bands, by stairwell and for the group (None)."""
    found = households_by_stairwell(group, last_night(utcnow()))
    counts: dict[int | None, str] = {each: _crowd(*counted) for each, counted in found.items()}
    flats = sum(total for _count, total in found.values())
    return counts | {None: _said(HouseholdsSaid.of_group(group, flats))}


def crowd_of(meeting: Meeting, group: Group) -> str:
    """Return how many of those whom the meeting is for take part, in a band."""
    found = households_by_stairwell(group, last_night(utcnow()))
    if not meeting.stairwells:
        return _said(HouseholdsSaid.of_group(group, sum(total for _count, total in found.values())))
    counts, totals = zip(*(found[each.id] for each in meeting.stairwells), strict=True)
    return _crowd(sum(counts), sum(totals))


def _crowd(count: int, total: int) -> str:
    return _said(HouseholdsSaid.roughly(count, total))


def _said(said: HouseholdsSaid) -> str:
    return _("%(part)s av %(total)s hushåll är med", part=said.part, total=language.number(said.total))
