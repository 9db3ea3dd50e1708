"""What the numbers of meetings look like: the same cells on the page and in the CSV file."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import format_percent
from flask_babel import gettext as _

from watch import language
from watch.access import current_relations
from watch.bands import FEW, banded, roughly
from watch.meetings.labels import KINDS, audience_said
from watch.meetings.queries.attendance import Held, Sum, Tally
from watch.models import Area, Counting, Group, MeetingAudience

UNKNOWN = "–"


@dataclass(frozen=True)
class Row:
    """A meeting in the table. `cells` are numbers, or words where there is no number to tell.

    The day is written as in ISO 8601, with its year, so that a file means the same when it is opened later.
    """

    id: int
    day: str
    value: int | None
    said: str
    cells: list[object]


def heading(place: Group | Area) -> list[str]:
    """Return the names of the columns of meetings."""
    names = [_("Dag"), _("Träff"), *([_("För")] if isinstance(place, Area) else [])]
    return [*names, *_asked(), _("Kanske"), _("Nej"), _("Anmälda"), _("Kom"), _("Kom av anmälda")]


def _asked() -> list[str]:
    return [_("Hushåll som nåddes"), _("Ja")]


def row_of(place: Group | Area, held: Held, names: dict[int, str], flats: int | None) -> Row:
    """Return a meeting's row. `names` are those of the area's groups, `flats` of those whom it was for."""
    day, kind, came = language.local(held.starts_at).date().isoformat(), str(KINDS[held.kind]), _came(held)
    whom = [_whom(held, names)] if isinstance(place, Area) else []
    numbers = _numbers(place, held, came, flats)
    return Row(held.id, day, held.head_count, str(came), [day, kind, *whom, *numbers])


def _whom(held: Held, names: dict[int, str]) -> str:
    if held.audience is not MeetingAudience.PARTS:
        return audience_said(held.audience)
    return language.together(sorted(names[each] for each in held.groups))


def _numbers(place: Group | Area, held: Held, came: int | str, flats: int | None) -> list[object]:
    tally, is_exact = held.tally, knows_all(place, held)
    if tally is None:
        return [UNKNOWN] * 5 + [came, UNKNOWN]
    if not is_exact:
        return [*said_roughly(tally, flats), came, UNKNOWN]
    said = [tally.asked, tally.yes, tally.maybe, tally.no, tally.people]
    return [*said, came, UNKNOWN if held.share is None else format_percent(held.share)]


def said_roughly(tally: Tally, flats: int | None) -> list[str]:
    """Return how many households were asked and what they answered, and how many people were announced.

    Whoever is asked takes part. If that is nearly all of so many flats, the answers are not told: they could
    add up to all.
    """
    people = roughly(tally.people)
    if flats is not None and (flats == FEW or tally.asked >= max(FEW, flats - FEW + 1)):
        return [banded(tally.asked, flats), UNKNOWN, UNKNOWN, UNKNOWN, people]
    return [*(roughly(each) for each in (tally.asked, tally.yes, tally.maybe, tally.no)), people]


def _came(held: Held) -> int | str:
    if held.head_count is not None:
        return held.head_count
    return _("inte räknat") if held.counting is Counting.NOT_COUNTED else _("inte ifyllt")


def knows_all(place: Group | Area, held: Held) -> bool:
    """Return True if the reader works with everybody whom a meeting was for, and may see exact numbers.

    An officer knows an area's coordinators, and of a group's households only bands.
    """
    if isinstance(place, Area):
        return held.audience is MeetingAudience.COORDINATORS
    relations = current_relations()
    return all(relations.works_with_all_of(place, each) for each in held.groups[place.id])


def sum_heading(*, exact: bool) -> list[str]:
    """Return the names of the columns of sums."""
    return [_("Träffar"), _("Räknade"), _("Kom"), *(_asked() if exact else [])]


def sum_cells(total: Sum, *, exact: bool) -> list[int | None]:
    """Return a sum's numbers; of households only for those who see them meeting by meeting, too.

    A sum of what is told in bands would tell a single household by subtraction.
    """
    return [total.meetings, total.counted, total.came, *([total.asked, total.yes] if exact else [])]
