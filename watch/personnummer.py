"""Finds personnummer and samordningsnummer in typed text, in whatever way they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
PLUS = "+\uff0b"
UNSEEN = "\u00ad\u200b-\u200f\u2060\ufeff"
BETWEEN = rf"[^\S\n]|[{DASHES}{PLUS}{UNSEEN}./_·]"  # spaces of all widths, dashes, invisible characters
GAP = rf"((?:{BETWEEN}){{0,3}})"
NUMBER_GAP = rf"((?:{BETWEEN}|[:()\r\n]){{0,3}})"  # before the last four digits
PAIR = r"(\d\d)"  # a digit of any script
TEN_DIGITS = rf"{GAP.join([PAIR] * 3)}{NUMBER_GAP}{GAP.join([PAIR] * 2)}"
# Ten or twelve digits, in pairs that may be apart. A lookahead, so that matches may overlap.
PERSONNUMMER = re.compile(rf"(?<!\d)(?=(?:{PAIR}{GAP})?{TEN_DIGITS}(?!\d))")
WITHOUT_CENTURY = re.compile(rf"(?<!\d)(?=()(){TEN_DIGITS}(?!\d))")
ONE_MORE = rf"(?:{BETWEEN}){{1,3}}\d"
DIGIT_BY_DIGIT = re.compile(rf"(?<!\d)\d(?:{ONE_MORE}){{9}}(?:(?:{ONE_MORE}){{2}})?(?!\d)")
APART = (" ", " ", " ", PLUS, " ")  # the gaps of a match of DIGIT_BY_DIGIT
COUNTRY_CODE = re.compile(r"\+\d{1,3}\W?\Z")
NUMBERED = re.compile(  # what follows is no personnummer, unless it is written just as one
    r"(?:giro\w*|\bbg|\bpg|\bocr\w*|faktur\w*|ärende\w*|diarie\w*|\border\w*|kundn\w*|\borg\w*|konto\w*|referens\w*|avtals\w*"
    r"|medlemsn\w*|\binvoice|\bcustomer|\bcase|\breference)\W+(?:\w+\W+){0,2}\Z",
    re.IGNORECASE,
)
LIKE_DIGITS = re.compile(r"(?<![^\W_])[\dOoОоΟοIlІ|]{2,}(?![^\W_])")  # "8O0101", "l23I"
AS_DIGITS = str.maketrans("OoОоΟοIlІ|", "0000001111")
MOBILE = re.compile(r"(?<!\d)07\d{8}(?!\d)")  # ten digits that may also be a personnummer
PERSONNUMMER_COLUMN = re.compile(  # what a column of them is called
    r"person-? ?n(?:umme)?r|\bpnr\b|samordningsn|social security|\bssn\b|الرقم الشخصي", re.IGNORECASE
)
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
CENTURIES = frozenset({18, 19, 20})
LATELY, SOON = 10, 2  # years before and after now in which a date with an hour is likely


@dataclass(frozen=True)
class Written:
    """Digits that may be a personnummer, and what separates century, year, month, day and number."""

    century: str
    digits: str  # ten
    gaps: tuple[str, ...]  # after the century, the year, the month, the day, and within the number
    is_numbered: bool = False  # a bankgiro, an invoice or the like is said to follow

    @property
    def is_one(self) -> bool:
        """True if it is a personnummer: a possible date, with a right check digit or the usual separator."""
        if not self._is_day():
            return False
        is_right = _check_digit(self.digits[:9]) == self.digits[9]
        _century, year, month, day, within = self.gaps
        is_usual = bool(year) == bool(month) and not within
        is_said = any(sign in DASHES + PLUS for sign in day) or (self.century and not any(self.gaps))
        is_as_one = is_usual and is_said and bool(day.strip()) and (bool(self.century) or not year)
        if self.is_numbered and not (is_right and is_as_one):
            return False
        is_likely = not (year or "\n" in day or self.digits[0] == "0" or self._is_time())
        is_apart = day.isspace() and is_likely
        if is_usual and is_said:
            return is_right or not self._is_time()
        if is_usual and is_apart:
            return True
        return is_right and not (self._is_time() or self._is_phone())

    def _is_day(self) -> bool:
        month, day = int(self.digits[2:4]), int(self.digits[4:6])
        day -= 60 if day > 60 else 0  # a samordningsnummer
        if not (1 <= month <= 12 and 1 <= day <= DAYS[month - 1]):
            return False
        if not self.century:
            return True
        born = int(self.century + self.digits[:2]), month, day
        today = datetime.now(UTC)
        return int(self.century) in CENTURIES and born <= (today.year, today.month, today.day)

    def _is_time(self) -> bool:
        """Return True for a date of these years followed by an hour: 260923 1800."""
        year, this = int((self.century or "20") + self.digits[:2]), datetime.now(UTC).year
        hour, minute = int(self.digits[6:8]), int(self.digits[8:])
        is_hour = hour < 24 and minute < 60 and bool(self.gaps[3].strip(PLUS))
        return is_hour and this - LATELY <= year <= this + SOON

    def _is_phone(self) -> bool:
        """Return True for a phone number: an area code before the first gap, or pairs (08 10 15 20 30)."""
        _century, year, month, _day, within = self.gaps
        begins = not self.century and self.digits.startswith("0")
        return begins and (bool(year) != bool(month) or bool(within and self.digits.startswith("08")))


def has_personnummer(text: str) -> bool:
    """Return True if the text holds a personnummer or samordningsnummer, mistyped ones included.

    Without the usual separator, or with digits apart, only one with a right check digit counts, so that phone
    numbers, invoice numbers and dates with an hour are accepted. A number that is introduced as
    another (OCR, kundnummer) counts only if it is written just as a personnummer, with a right check digit.
    """
    plain = LIKE_DIGITS.sub(_read_as_digits, text)
    return any(found.is_one for found in _all_written(plain))


def _read_as_digits(like: re.Match[str]) -> str:
    """Return O as 0 and l as 1 if half of the signs or more are digits."""
    is_number = sum(map(str.isdecimal, like[0])) * 2 >= len(like[0])
    return like[0].translate(AS_DIGITS) if is_number else like[0]


def _all_written(text: str) -> Iterator[Written]:
    for pattern in (PERSONNUMMER, WITHOUT_CENTURY):
        for found in pattern.finditer(text):
            century, *rest = (part or "" for part in found.groups())
            digits = "".join(_plain(pair) for pair in rest[1::2])
            if not COUNTRY_CODE.search(text, max(0, found.start() - 6), found.start()):
                yield Written(_plain(century), digits, tuple(rest[0::2]), _is_numbered(found, text))
    for found in DIGIT_BY_DIGIT.finditer(text):
        digits = _plain("".join(sign for sign in found[0] if sign.isdecimal()))
        yield Written(digits[:-10], digits[-10:], APART, _is_numbered(found, text))


def _is_numbered(found: re.Match[str], text: str) -> bool:
    return NUMBERED.search(text, max(0, found.start() - 30), found.start()) is not None


def _plain(digits: str) -> str:
    """Return digits of any script as 0–9."""
    return "".join(str(int(digit)) for digit in digits)


def _check_digit(digits: str) -> str:
    """Return the last digit of a personnummer (Luhn) for its first nine."""
    doubled = "".join(str(int(each) * (2 - place % 2)) for place, each in enumerate(digits))
    return str(-sum(map(int, doubled)) % 10)


def may_be_mobile(text: str) -> bool:
    """Return True if a match may be a mobile number."""
    return MOBILE.search(text) is not None


def personnummer_word(text: str) -> Any:
    """Return the message for text with a personnummer; a phone number is to be written otherwise."""
    if may_be_mobile(text):
        return _l(
            "Det ser ut som ett personnummer. Är det ett telefonnummer? Skriv det så här: 070-123 45 67."
        )
    return _l("Det ser ut som ett personnummer. Skriv aldrig personnummer här. Ta bort det.")
