"""Finds a flat as people write it: 1203, 3 1203, port 3 lgh 1203, Storgatan 3, 1203 (vån 2)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from watch.models import Flat, Stairwell
from watch.searching import folded, plain_digits

NO_PART = re.compile(  # what stands in a flat or an entrance and says nothing about which it is
    r"\((?:vån|våning|plan|tr|floor|bv|nb|entré)[^)]*\)"
    r"|\b\d{1,2} ?(?:tr(?:appor)?|st|nd|rd|th|floor)\b\.?|\b(?:vån(?:ing)?|plan|floor)\b\.? ?\d{1,2}\b"
    r"|\b(?:bv|nb|ög|nv|s(?:e)?-?(?=\d))\b"
    r"|(?<!\d)\d{3} ?\d{2}(?=,? ?[^\W\d_]{3})"  # a postcode before its city
    r"|(?<!\d)(?:\+46|0)\d{1,3}[- ]\d{2,3} ?\d{2} ?\d{2,3}(?!\d)|(?<!\d)07\d{8}(?!\d)",  # a phone number
    re.IGNORECASE,
)
WORDS = re.compile(  # what stands before a number
    r"(?<![^\W\d_])(?:port(?:en)?|lgh|läg(?:enhet(?:en|snummer)?)?|flat|apartment|apt|entrance|stairwell"
    r"|uppg(?:ång(?:en)?)?|trapp(?:a|an|uppgång|hus)?|ingång(?:en)?|dörr(?:en)?|hus|p(?=\d)|nr|no|num(?:mer|ber)?"
    r"|مدخل|المدخل|شقة|الشقة|رقم|guri|albaab)(?![^\W\d_])[.:#]?",
    re.IGNORECASE,
)
FOUR = re.compile(r"(?<!\d)(\d{4})(?:\.0)?(?!\d)")
TWO_AND_TWO = re.compile(r"(?<!\d)(\d\d)[-–. ](\d\d)\D*$")
EDGES = " \t\u00a0'’`´\"=,;:/.-–#()[]"


class Doors:
    """Finds flats among those that a coordinator may invite to."""

    def __init__(self, flats: Iterable[Flat]) -> None:
        self.by_number: dict[str, list[Flat]] = {}
        for flat in flats:
            self.by_number.setdefault(flat.number, []).append(flat)

    def find(self, typed: str) -> Flat:
        """Return the only flat that fits. Raises NoSuchFlat, or SeveralFlats if the stairwell is missing."""
        number, entrance = _parts(typed)
        alike = self.by_number.get(number, [])
        if entrance:
            alike = [flat for flat in alike if _is_entrance(entrance, flat.stairwell)]
        if len(alike) == 1:
            return alike[0]
        raise SeveralFlats if alike else NoSuchFlat

    def is_ambiguous(self, typed: str) -> bool:
        """Return True if only the stairwell is missing."""
        try:
            self.find(typed)
        except SeveralFlats:
            return True
        except NoSuchFlat:
            pass
        return False


class NoSuchFlat(ValueError):
    """No flat of the coordinator's stairwells fits."""

    said = _l("Lägenheten finns inte i dina portar. Skriv port och nummer, till exempel 3 1203.")


class SeveralFlats(NoSuchFlat):
    """Several stairwells have such a flat."""

    said = _l(
        "Flera portar har den lägenheten. Skriv porten först, till exempel 3 1203, "
        "eller lämna lägenheten tom."
    )


def _parts(typed: str) -> tuple[str, str]:
    """Return the flat's four digits, and what is left: the entrance, in plain words."""
    text = NO_PART.sub(" ", " ".join(plain_digits(typed).split()))
    found = [*FOUR.finditer(text)] or [*TWO_AND_TWO.finditer(text)]
    if not found:
        return "", ""
    number = "".join(found[-1].groups())
    rest = WORDS.sub(" ", f"{text[: found[-1].start()]} {text[found[-1].end() :]}".replace(":an", " "))
    return number, " ".join(rest.strip(EDGES).split())


def _is_entrance(typed: str, stairwell: Stairwell) -> bool:
    """Return True if the words are the number, perhaps with its street (shortened or not) and its city."""
    words = folded(typed).split()
    number = stairwell.number.casefold()
    city = set(folded(stairwell.city).split())
    street = folded(stairwell.street)
    said = [word for word in words if word not in city]
    if len(said) > 1 and said[-2].isdigit() and len(said[-1]) == 1:  # 12 B
        said[-2:] = ["".join(said[-2:])]
    at = [word for word in said if word == number]
    streets = " ".join(word for word in said if word != number)
    return bool(at) and _is_street(streets, street)


def _is_street(typed: str, street: str) -> bool:
    """Return True if the street begins so, word by word: "vaglangdsg" and "norrby langg" are shortened."""
    said, meant = typed.split(), street.split()
    return len(said) <= len(meant) and all(
        word.startswith(begun) for begun, word in zip(said, meant, strict=False)
    )
