"""A planted fault: one text of the product replaced by another, and the tests that should notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A rule of who may see or do what, broken in one place.

    `name` says what is true with the fault. `old` stands exactly once in `file`, and is replaced by `new`.
    `tests` are the tests of the rule: files below tests/ without their ending, or one test of a file, as in
    "groups/test_house test_access::test_every_endpoint_declares_its_access".
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
