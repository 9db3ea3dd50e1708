"""Guesses a name and a flat from what stands beside an address: "1203 Anna Berg anna@example.org".

The preview shows the guess, and the coordinator corrects it. Text that is not wholly a flat and a name stays
beside the address as it was typed.
"""

from __future__ import annotations

import re
from dataclasses import replace

from watch.guard.words import words
from watch.invitations.pasting import Typed, given_name_first
from watch.searching import folded

FLAT = r"(?:(?:lgh|lägenhet(?:snummer)?|läg|flat|apt|apartment)\.?\s*(?:nr\.?\s*)?)?\d{4}"
PORT = r"(?:(?:port|trapp|uppgång|nr)\.?\s*)?\d{1,3}\s?[A-Za-z]?"
PLACE = rf"(?:{PORT}[\s,]+)?{FLAT}|{FLAT}[\s,]+{PORT}"
WORD = r"(?!(?:lgh|lägenhet|läg|flat|port|trapp|uppgång|nr)\b)[^\W\d_]+(?:[-'’.:][^\W\d_]+)*\.?"
ROW = re.compile(
    rf"(?:(?P<before>{PLACE})[\s:.,–-]*)?(?P<name>{WORD}(?:,? {WORD}){{0,3}})?"
    rf"(?:[\s,–-]*(?P<after>{PLACE}))?",
    re.IGNORECASE,
)
STREET = re.compile(r"(?:gata|gatan|väg|vägen|torg|torget|gränd|stig|stigen|backen|plan|huset)\Z", re.I)
PARTICLES = "af al av bin da dal de del den der di dos du el ibn la le ten ter van von y zu"
OTHER_WORDS = """
adress alla boende e-post email epost familjen från granne grannen hej hi hyresgäst kontakt kontakta lgh mail
mailto med mejl mobil namn obs och port ring skicka tel telefon till vid from to cc bcc sent
"""
SMALL, NO_NAME = frozenset(PARTICLES.split()), frozenset(OTHER_WORDS.split())


def guessed(one: Typed) -> Typed:
    """Return the person with the name and the flat that stand beside the address, if they are not given."""
    return replace(beside := _with_beside(one), name=given_name_first(beside.name))


def _with_beside(one: Typed) -> Typed:
    found = ROW.fullmatch(one.beside.strip(" ,;:")) if one.beside and not one.is_anothers else None
    if found is None or (found["before"] and found["after"]):
        return one
    flat, name = found["before"] or found["after"] or "", found["name"] or ""
    if (flat and one.flat) or (name and (one.name or not _is_name(name, one.address))):
        return one
    flat = one.flat or " ".join(flat.replace(",", " ").split())
    return replace(one, name=name or one.name, flat=flat, beside="")


def _is_name(name: str, address: str) -> bool:
    """Return True for words that may be a name: capitalised, and one of them known or in the address."""
    parts = [part for part in name.split() if part.casefold() not in SMALL]
    if not parts or any(part.casefold() in NO_NAME or STREET.search(part) for part in parts):
        return False
    mailbox = folded(address.partition("@")[0]).replace(" ", "")
    in_address = any(len(folded(part)) > 2 and folded(part).replace(" ", "") in mailbox for part in parts)
    known = any(part.casefold() in words("first_names") | words("arabic_names") for part in parts)
    is_written = all(not part[0].islower() for part in parts)
    return (is_written and (in_address or known or len(parts) > 1)) or (in_address and known)


def is_named(one: Typed, name: str) -> bool:
    """Return True if the address begins with, or holds, the first word of the name."""
    first = folded(name).partition(" ")[0]
    return bool(first) and first in folded(one.address.partition("@")[0]).replace(" ", "")
