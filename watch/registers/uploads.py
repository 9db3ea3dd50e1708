"""A landlord's list that is looked at before it changes the register: its rows, and what they would change.

What was shown is what is applied: the changes are worked out again when the list is applied, and compared.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from watch.models import Person
from watch.places import landlord_list
from watch.places.landlord_list import FlatRow, LandlordList
from watch.places.problems import BadLandlordList
from watch.places.service import Imported, import_landlord_list

__all__ = ["COLUMNS", "BadLandlordList", "Contents", "Effect", "packed", "read", "take_in", "unpacked"]

COLUMNS = [str(column) for column in landlord_list.Column]
MANY = 100  # flats that are gone; perhaps the list is only a part
Numbers = Mapping[str, Sequence[str]]  # of flats, by the address of their stairwell


@dataclass(frozen=True)
class Effect:
    """What a list changes: how many new places of each kind, and which flats and names."""

    areas: int = 0
    landlords: int = 0
    properties: int = 0
    buildings: int = 0
    stairwells: int = 0
    flats: int = 0
    new_names: list[str] = field(default_factory=list)
    changed: list[dict[str, str]] = field(default_factory=list)
    added: Numbers = field(default_factory=dict)
    gone: Numbers = field(default_factory=dict)
    back: Numbers = field(default_factory=dict)

    def is_nothing(self) -> bool:
        """Return True if the list says what was known already."""
        return self == Effect()

    @property
    def goes(self) -> int:
        """How many flats are gone from the list."""
        return sum(map(len, self.gone.values()))

    @property
    def comes_back(self) -> int:
        """How many flats are listed again."""
        return sum(map(len, self.back.values()))

    def loses_many(self) -> bool:
        """Return True if so many flats are gone that the list may be only a part."""
        return self.goes >= MANY


@dataclass(frozen=True)
class Contents:
    """The rows of an uploaded list, what they were shown to change, and columns that were not read."""

    rows: list[FlatRow]
    effect: Effect
    personnummer: list[str]


def read(data: bytes, name: str) -> LandlordList:
    """Read a list from a file. Raises BadLandlordList with every problem."""
    return landlord_list.read_list(data, name)


def take_in(rows: Sequence[FlatRow], areas: Collection[int], *, by: Person) -> Effect:
    """Change the register as the list says, within these areas (ids), and return what has changed.

    The caller commits, or takes it all back to have only looked. Raises BadLandlordList.
    """
    return _effect_of(import_landlord_list(rows, by=by, within=areas))


def _effect_of(imported: Imported) -> Effect:
    counts = {each.name: getattr(imported, each.name) for each in fields(Effect)}
    return Effect(**counts | {"changed": [asdict(change) for change in imported.changed]})


def packed(contents: Contents) -> bytes:
    """Return an upload's contents as they are stored."""
    return zlib.compress(json.dumps(asdict(contents), ensure_ascii=False).encode())


def unpacked(stored: bytes) -> Contents:
    """Return the contents that `packed` stored."""
    found: dict[str, Any] = json.loads(zlib.decompress(stored))
    rows = [FlatRow(**row) for row in found["rows"]]
    return Contents(rows, Effect(**found["effect"]), found["personnummer"])
