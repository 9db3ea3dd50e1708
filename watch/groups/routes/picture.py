"""The building as a picture: stairwells, floors and flats with labels and links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from watch.groups.labels import FLAT_STATES
from watch.groups.queries.households import FlatInHouse, FlatState
from watch.groups.queries.stairwells import StairwellInHouse, Work

SIDE_BY_SIDE = 4  # stairwells in one picture of the house; more are rows


@dataclass(frozen=True)
class PictureRow:
    """A stairwell in the overview."""

    href: str
    title: str
    taking_part: int
    total: int
    note: str


class Window(NamedTuple):
    """A flat in the picture. `name` is read aloud by screen readers."""

    href: str
    number: str
    state: str
    name: str
    just_lit: bool
    checkbox: tuple[str, int, bool] | None


@dataclass(frozen=True)
class Floor:
    """A floor with its flats from the left."""

    label: str
    flats: list[Window]


@dataclass(frozen=True)
class Picture:
    """A stairwell as a table of floors, the top floor first."""

    caption: str
    floors: list[Floor]

    @property
    def ticked(self) -> int:
        """The number of flats whose box is ticked."""
        windows = [window for floor in self.floors for window in floor.flats]
        return sum(window.checkbox is not None and window.checkbox[2] for window in windows)


def counts_by_state(flats: Sequence[FlatInHouse]) -> list[tuple[FlatState, str, int]]:
    """Return how many flats have each state, without those whose neighbours ask to join.

    Requests to join are counted instead, as everywhere: one flat may hold two, and one may be of no flat.
    """
    states = [flat.state for flat in flats]
    offered = [each for each in FLAT_STATES if each is not FlatState.WANTS_TO_JOIN]
    return [(each, str(FLAT_STATES[each]), states.count(each)) for each in offered]


def rows_of(work: Work, flats: Sequence[FlatInHouse], only: FlatState | None = None) -> list[PictureRow]:
    """Return the overview, a row per stairwell; with `only`, those that have flats of that state."""
    rows = []
    for each in work.stairwells:
        behind = [flat for flat in flats if flat.stairwell_id == each.id]
        such = sum(flat.state is only for flat in behind)
        if only and not such:
            continue
        rows.append(
            PictureRow(
                href=url_for("groups.house.stairwell", stairwell_id=each.id, state=only),
                title=_("Port %(number)s", number=each.number),
                taking_part=sum(flat.state.is_lit for flat in behind) + each.without_flat,
                total=len(behind),
                note=f"{str(FLAT_STATES[only]).capitalize()}: {such}" if only else _note(each, behind, work),
            )
        )
    return rows


def _note(stairwell: StairwellInHouse, flats: Iterable[FlatInHouse], work: Work) -> str:
    """Return the most important remark on a stairwell: who waits, no coordinator, or how many are invited."""
    wanting = stairwell.waiting + stairwell.visit_requests
    if wanting:
        return str(ngettext("%(num)d granne vill gå med", "%(num)d grannar vill gå med", wanting))
    if not stairwell.has_coordinator and not work.has_lead:
        return str(_("kontaktombud saknas"))
    invited = sum(flat.state is FlatState.INVITED for flat in flats)
    return str(ngettext("%(num)d inbjuden", "%(num)d inbjudna", invited)) if invited else ""


def pictures_of(
    work: Work, flats: Sequence[FlatInHouse], only: FlatState | None, *, lit_since: datetime | None
) -> list[Picture]:
    """Return the stairwells as pictures; none if they are too many to stand side by side."""
    few = work.stairwells if len(work.stairwells) <= SIDE_BY_SIDE else []
    return [picture_of(each, flats, only, lit_since=lit_since) for each in few]


def picture_of(
    stairwell: StairwellInHouse,
    flats: Iterable[FlatInHouse],
    only: FlatState | None = None,
    *,
    lit_since: datetime | None = None,
    ticked: str | None = None,
) -> Picture:
    """Return a stairwell with the true positions of its flats, for coordinators only.

    `only` leaves out flats of other states. Flats that joined after `lit_since`, the reader's last visit, are
    highlighted. `ticked` adds boxes to choose flats by, ticked for that state; an empty text ticks none.
    """
    behind = [flat for flat in flats if flat.stairwell_id == stairwell.id and only in (None, flat.state)]
    ordered = sorted(behind, key=lambda flat: (-flat.floor, flat.number))
    words = {state: str(word) for state, word in FLAT_STATES.items()}  # once, not for each of a hundred flats
    name = _("Lägenhet %(number)s, %(state)s")
    address = url_for("groups.house.flat", flat_id=0).removesuffix("0")

    def window(flat: FlatInHouse) -> Window:
        state, is_lit = flat.state, flat.state.is_lit
        return Window(
            href=f"{address}{flat.flat_id}",
            number=flat.number,
            state=state.value,
            name=name % {"number": flat.number, "state": words[state]},
            just_lit=is_lit and bool(lit_since and flat.since and flat.since > lit_since),
            checkbox=None if ticked is None or is_lit else ("flats", flat.flat_id, state.value == ticked),
        )

    floors = [
        Floor(_floor_name(floor), [window(flat) for flat in here])
        for floor, here in groupby(ordered, key=lambda flat: flat.floor)
    ]
    return Picture(stairwell.address, floors)


def _floor_name(floor: int) -> str:
    if floor == 0:
        return str(_("Entréplan"))
    return str(_("Våning %(floor)d", floor=floor) if floor > 0 else _("Under entréplan"))
