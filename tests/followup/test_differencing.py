"""Proves that no readings of an officer, put together, give a number below five, none, or all.

For houses of one to twelve flats every number of households is tried. All that officers read of it is made
by the product's own functions. Two truths with the same readings cannot be told apart; so a hidden number is
safe if some other number gives the same readings. Wrong programs are tried, too: each must be noticed.

An officer may know everything but who takes part: flats, coordinators, and that nobody came or went by day.
How many came and went between two nights nobody tells, so a difference of two nights tells of no household.
One thing is told on purpose: whether what an officer writes to people unseen would reach anybody at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, combinations_with_replacement, product
from typing import Any

import pytest

from watch.bands import FEW, banded, banded_part, banded_share, least, roughly, tells_number, tells_part
from watch.groups.labels import HouseholdsSaid
from watch.lifecycle.queries.buildings import Sizes
from watch.lifecycle.service.merging import sum_tells_too_much
from watch.lifecycle.service.regrouping import is_nearly_all, tell_too_much
from watch.meetings.queries.attendance import Tally
from watch.meetings.routes.cells import said_roughly
from watch.models import Group

FLATS = range(1, 13)
SIZES = (1, 4, 5, 6, 9, 10, 12)  # where the bands begin and end
MOST = 16  # households of a split group
Truth = tuple[int, ...]
Number = tuple[int, int | None]  # a hidden number and its total, if there is one
Told = tuple[Hashable, object, int]  # readings, whose number, and the number


@dataclass(frozen=True)
class Program:
    """The functions that make all that officers read of households; a wrong program has others."""

    said: Callable[[int, int], str] = lambda count, flats: HouseholdsSaid.roughly(count, flats).part
    width: Callable[[int, int], float] = banded_share
    bound: Callable[[int, int], int] = least
    part: Callable[[int, int, int], str] = banded_part
    is_part_told: Callable[[int, int, int], bool] = tells_part
    flats_told: Callable[[Group, int], int] = Group.flats_told
    is_refused: Callable[[Sizes], bool] = tell_too_much
    is_merger_refused: Callable[[list[tuple[int, int]]], bool] = sum_tells_too_much
    answers: Callable[[int, int, int, int], list[str]] = lambda asked, yes, no, flats: said_roughly(
        Tally(asked, yes, asked - yes - no, no, 0), flats
    )
    is_sure: Callable[[int, int], bool] = lambda count, flats: not least(count, flats)

    @cache  # noqa: B019  # a dozen programs, and each lives as long as the tests
    def of_group(self, count: int, flats: int) -> tuple[Hashable, ...]:
        """Return what pages, files, plots, the order of lists and questions tell of a group."""
        shown = self.bound(count, flats)
        loads = tuple(-(-shown // coordinators) for coordinators in (1, 2, 3))
        below = tuple(shown * 100 < share * flats for share in (10, 50, 90))
        return (
            str(self.said(count, flats)), self.width(count, flats), shown, loads, below,
            tells_number(count, flats), is_nearly_all(count, flats), self.is_sure(count, flats),
        )  # fmt: skip


PRODUCT = Program()


def told_apart(
    truths: Iterable[Truth],
    reads: Callable[[Truth], Hashable],
    quantities: Callable[[Truth], dict[Any, Number]],
) -> list[Told]:
    """Return the quantities that some readings give away: a number under five, or all but fewer than five.

    `quantities` are the hidden numbers of a truth, each with its total (None: nobody knows one).
    """
    alike: dict[Hashable, dict[object, set[Number]]] = defaultdict(lambda: defaultdict(set))
    for truth in truths:
        found = alike[reads(truth)]
        for name, number in quantities(truth).items():
            found[name].add(number)
    return [
        (readings, name, count)
        for readings, found in alike.items()
        for name, ((count, total), *others) in ((name, list(numbers)) for name, numbers in found.items())
        if not others and (count < FEW or (total is not None and count > total - FEW))
    ]


def up_to(flats: int) -> range:
    """Return every number of households of so many flats."""
    return range(flats + 1)


def groups_of_an_area(program: Program) -> Iterator[Told]:
    """One, two or three groups: each by itself, and the sum of the area in overview, months and report."""
    houses = (*((flats,) for flats in FLATS), *combinations_with_replacement(SIZES, 2),
              *combinations_with_replacement((1, 5, 6, 10), 3))  # fmt: skip
    for flats in houses:

        def reads(counts: Truth, flats: Truth = flats) -> Hashable:
            groups = list(zip(counts, flats, strict=True))
            return *(program.of_group(*each) for each in groups), sum(program.bound(*each) for each in groups)

        yield from told_apart(
            product(*map(up_to, flats)), reads,
            lambda counts, flats=flats: dict(enumerate(zip(counts, flats, strict=True))),
        )  # fmt: skip


def parts_of_a_group(program: Program) -> Iterator[Told]:
    """Households without mail, or with a sticker: a part of those that take part, and of it the rest.

    Where each household is one person, those who get an officer's message are such a part, too.
    """
    for flats in (*FLATS, 18):
        yield from told_apart(
            ((count, part) for count in range(flats + 1) for part in range(count + 1)),
            lambda truth, flats=flats: (
                program.of_group(truth[0], flats), str(program.part(truth[1], truth[0], flats)),
                program.is_part_told(truth[1], truth[0], flats) and truth[1],
            ),
            lambda truth, flats=flats: {
                "count": (truth[0], flats), "part": (truth[1], flats), "rest": (truth[0] - truth[1], flats),
            },
        )  # fmt: skip


def answers_to_a_meeting(program: Program) -> Iterator[Told]:
    """Those who take part are asked, as far as they are reached, and some answer yes, no or perhaps."""
    for flats in (*FLATS, 20):
        least_asked = 0 if flats in FLATS else flats - FEW
        yield from told_apart(
            (
                (asked, yes, no, count)
                for asked in range(least_asked, flats + 1)
                for yes in range(asked + 1)
                for no in range(asked + 1 - yes)
                for count in range(asked, flats + 1)
            ),
            lambda truth, flats=flats: (
                program.of_group(truth[3], flats), tuple(map(str, program.answers(*truth[:3], flats)))
            ),
            lambda truth, flats=flats: {"count": (truth[3], flats)},
        )  # fmt: skip


def interested_of_a_house(program: Program) -> Iterator[Told]:
    """The interested are persons, of any number; some of them could coordinate."""
    for flats in FLATS:
        yield from told_apart(
            ((count, part) for count in range(flats + 9) for part in range(count + 1)),
            lambda truth, flats=flats: (
                truth[0] >= FEW, str(banded(truth[0], flats)), program.bound(truth[0], flats),
                str(program.part(truth[1], truth[0], flats)),
            ),
            lambda truth: {
                "count": (truth[0], None), "part": (truth[1], None), "rest": (truth[0] - truth[1], None)
            },
        )  # fmt: skip


def flats_invented(program: Program) -> Iterator[Told]:
    """A house gets more flats, by a list or with another building, and nobody comes or goes."""
    for flats, more in product(FLATS, (1, 2, 5, 9)):

        def reads(truth: Truth, flats: int = flats, more: int = more) -> Hashable:
            group = Group(counted_taking_part=truth[0], counted_flats=flats)
            shown = (program.flats_told(group, now) for now in (flats, flats + more))
            return tuple(program.of_group(truth[0], each) for each in shown)

        yield from told_apart(
            ((count,) for count in range(flats + 1)), reads,
            lambda truth, flats=flats: {"count": (truth[0], flats)},
        )  # fmt: skip


def splits(program: Program) -> Iterator[Told]:
    """A group of two or three buildings: an officer tries to split them off one by one, in every order."""
    for flats in (*product(SIZES, repeat=2), *product((4, 10, 12), repeat=3)):
        yield from told_apart(
            (each for each in product(*map(up_to, flats)) if sum(each) <= MOST),
            lambda counts, flats=flats: when_split(counts, flats, program),
            lambda counts, flats=flats: dict(enumerate(zip(counts, flats, strict=True))),
        )


def when_split(counts: Truth, flats: Truth, program: Program) -> tuple[Hashable, ...]:
    """Return what is read when each building is tried in turn, and all again after one is split off."""
    count, size, together = sum(counts), sum(flats), set(range(len(flats)))
    readings, untried = [program.of_group(count, size)], sorted(together)
    while untried and len(together) > 1:
        house = untried.pop(0)
        sizes = Sizes(counts[house], count - counts[house], flats[house], size - flats[house])
        if program.is_refused(sizes):
            readings.append((False,))
        else:
            together.remove(house)
            count, size, untried = sizes.rest, sizes.flats_of_rest, sorted(together)
            readings += [program.of_group(counts[house], flats[house]), program.of_group(count, size)]
    return tuple(readings)


def mergers(program: Program) -> Iterator[Told]:
    """Two or three groups of one area: an officer tries to merge each into each, until none can be."""
    for flats in (*product(SIZES, repeat=2), *product((4, 10, 12), repeat=3)):
        yield from told_apart(
            product(*map(up_to, flats)),
            lambda counts, flats=flats: when_merged(counts, flats, program),
            lambda counts, flats=flats: dict(enumerate(zip(counts, flats, strict=True))),
        )


def when_merged(counts: Truth, flats: Truth, program: Program) -> tuple[Hashable, ...]:
    """Return what is read when each pair is tried in turn, and all again after two are one."""
    groups = list(zip(counts, flats, strict=True))
    readings: list[Hashable] = [program.of_group(*each) for each in groups]
    untried = list(combinations(range(len(groups)), 2))
    while untried:
        one, other = untried.pop(0)
        is_refused = program.is_merger_refused([groups[one], groups[other]])
        readings.append(is_refused)
        if not is_refused:
            together = groups[one][0] + groups[other][0], groups[one][1] + groups[other][1]
            groups = [each for place, each in enumerate(groups) if place not in {one, other}] + [together]
            readings += [program.of_group(*each) for each in groups]
            readings.append(sum(program.bound(*each) for each in groups))
            untried = list(combinations(range(len(groups)), 2))
    return tuple(readings)


SCENES = (
    groups_of_an_area,
    parts_of_a_group,
    answers_to_a_meeting,
    interested_of_a_house,
    flats_invented,
    splits,
    mergers,
)
WRONG = {
    "a number below five is shown": (
        groups_of_an_area, replace(PRODUCT, said=lambda count, _flats: str(count))
    ),
    "all of five are nearly all": (
        groups_of_an_area,
        replace(PRODUCT, said=lambda count, flats: "few" if count < FEW else banded(count, flats + 99)),
    ),
    "the meter is exact": (groups_of_an_area, replace(PRODUCT, width=lambda count, flats: count / flats)),
    "the area's sum is exact": (groups_of_an_area, replace(PRODUCT, bound=lambda count, _flats: count)),
    "the question tells four from five": (
        groups_of_an_area, replace(PRODUCT, is_sure=lambda count, _flats: count < FEW)
    ),
    "a part is told among all flats": (
        parts_of_a_group, replace(PRODUCT, part=lambda part, _count, flats: banded(part, flats))
    ),
    "who gets a message is told beside nearly as many": (
        parts_of_a_group,
        replace(PRODUCT, is_part_told=lambda part, count, flats: part >= FEW and tells_number(count, flats)),
    ),
    "who could coordinate is told among all flats": (
        interested_of_a_house, replace(PRODUCT, part=lambda part, _count, flats: banded(part, flats))
    ),
    "of a small house, it is told how many were asked": (
        answers_to_a_meeting,
        replace(PRODUCT, answers=lambda asked, yes, no, _flats: [roughly(asked), roughly(yes), roughly(no)]),
    ),
    "a number is told among flats just invented": (
        flats_invented, replace(PRODUCT, flats_told=lambda _group, flats: flats)
    ),
    "a group is split into whatever parts": (splits, replace(PRODUCT, is_refused=lambda _sizes: False)),
    "whatever groups are merged": (mergers, replace(PRODUCT, is_merger_refused=lambda _counts: False)),
}  # fmt: skip


@pytest.mark.parametrize("scene", SCENES, ids=lambda each: each.__name__)
def test_what_is_read_gives_no_number_below_five_none_or_all(scene: Any) -> None:
    assert list(scene(PRODUCT)) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_program_is_noticed(wrong: str) -> None:
    scene, program = WRONG[wrong]
    assert next(scene(program), None) is not None
