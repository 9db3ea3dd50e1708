"""Personnummer and samordningsnummer in what people type: found, and never kept."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l

PERSONNUMMER = re.compile(
    r"(?<!\d)(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]|[6-8]\d|9[01])[-+ ]?\d{4}(?!\d)"
)
MOBILE = re.compile(r"07\d{8}")  # ten digits that could be either


def has_personnummer(text: str) -> bool:
    """Whether a personnummer or samordningsnummer stands in it, also a mistyped one.

    Ten digits in a row that begin as a mobile number are one only where the check digit is right.
    """
    return any(
        not MOBILE.fullmatch(found[0]) or _check_digit(found[0][:-1]) == found[0][-1]
        for found in PERSONNUMMER.finditer(text)
    )


def _check_digit(digits: str) -> str:
    """The last digit of a personnummer (Luhn): every other digit twice, the sum to the next ten."""
    doubled = "".join(str(int(each) * (2 - place % 2)) for place, each in enumerate(digits))
    return str(-sum(map(int, doubled)) % 10)


def may_be_mobile(text: str) -> bool:
    """Whether what looks like a personnummer may be a mobile number."""
    return any(MOBILE.fullmatch(found[0]) for found in PERSONNUMMER.finditer(text))


def personnummer_word(text: str) -> Any:
    """What to do about it: a phone number that looks like one is written otherwise."""
    if may_be_mobile(text):
        return _l(
            "Det ser ut som ett personnummer. Är det ett telefonnummer? Skriv det så här: 070-123 45 67."
        )
    return _l("Det ser ut som ett personnummer. Skriv aldrig personnummer här. Ta bort det.")
