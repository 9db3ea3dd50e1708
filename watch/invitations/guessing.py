"""Guesses a name and a flat from what stands beside an address: "1203 Anna Berg anna@example.org".

The preview shows the guess, and the coordinator corrects it. Text that is not wholly a flat and a name stays
beside the address as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import replace

from watch.invitations.naming import AND, is_sure_name, name_in
from watch.invitations.pasting import Typed

FLAT = r"(?:(?:lgh|lägenhet(?:snummer)?|läg|flat|apt|apartment)\.?\s*(?:nr\.?\s*)?)?\d{4}"
PORT = r"(?:(?:port|trapp|uppgång|nr)\.?\s*)?\d{1,3}\s?[A-Za-z]?"
PLACE = rf"(?:{PORT}[\s,]+)?{FLAT}|{FLAT}[\s,]+{PORT}"
WORD = r"(?!(?:lgh|lägenhet|läg|flat|port|trapp|uppgång|nr)\b)[^\W\d_]+(?:[-'’.:][^\W\d_]+)*\.?"
NAME = rf"{WORD}(?: {WORD}){{0,3}}|{WORD}, {WORD}(?: {WORD})?"  # a comma only as in "Öberg, Kurt"
ROW = re.compile(
    rf"(?:(?P<before>{PLACE})[\s:.,–-]*)?(?P<name>{NAME})?(?:[\s,–-]*(?P<after>{PLACE}))?",
    re.IGNORECASE,
)


def guessed(one: Typed) -> Typed:
    """Return the person with the name and the flat that stand beside the address, if they are not given."""
    found = ROW.fullmatch(one.beside.strip(" ,;:")) if one.beside and not one.is_anothers else None
    if found is None or (found["before"] and found["after"]):
        return one
    flat, name = found["before"] or found["after"] or "", name_in(found["name"] or "")
    is_name = not AND.search(name) and is_sure_name(name, one.address)
    if (flat and one.flat) or (found["name"] and (one.name or not is_name)):
        return one
    flat = one.flat or " ".join(flat.replace(",", " ").split())
    return replace(one, name=name or one.name, flat=flat, beside="")
