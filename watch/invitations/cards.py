"""Reads contact cards: vCard files (RFC 6350 and older), and lines of a label and a value."""

from __future__ import annotations

import quopri
import re
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from watch import encodings
from watch.invitations.line import is_like_address
from watch.invitations.naming import name_in
from watch.invitations.pasting import Typed, people_in

BEGIN = re.compile(r"^\s*BEGIN:\s*VCARD\s*$", re.IGNORECASE | re.MULTILINE)
END = re.compile(r"\s*END:VCARD\s*", re.IGNORECASE)
FOLDED = re.compile(r"\r?\n[ \t]")
SOFT_BREAK = re.compile(r"(QUOTED-PRINTABLE[^\n]*)=\r?\n", re.IGNORECASE)
PROPERTY = re.compile(r'(?:[\w-]+\.)?(?P<name>[\w -]+)(?P<more>(?:;(?:"[^"]*"|[^:"])*)?):(?P<value>.*)')
ENCODED = re.compile(r";\s*(?:ENCODING\s*=\s*)?(?:B|BASE64|QUOTED-PRINTABLE)\s*(?:;|\Z)", re.IGNORECASE)
CHARSET = re.compile(r";\s*CHARSET\s*=\s*\"?([\w-]+)", re.IGNORECASE)
ESCAPED = re.compile(r"\\([\\,;:nN])")


@dataclass
class Card:
    """A contact: the name as shown, name in parts, e-mail addresses, and other texts with an @."""

    name: str = ""
    parts: str = ""
    addresses: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def holds_cards(text: str) -> bool:
    """Return True if the text has a vCard in it."""
    return BEGIN.search(text) is not None


def people_of_cards(text: str) -> tuple[list[Typed], list[str]]:
    """Return everybody on the cards, and the addresses that stand in other places of them."""
    people: list[Typed] = []
    others: list[str] = []
    card: Card | None = None
    for line in _lines(text):
        if card is None or BEGIN.fullmatch(line):
            people += _people_of(card) if card else []
            card = Card() if BEGIN.fullmatch(line) else None
            people += people_in(line) if card is None and is_like_address(line) else []
        elif END.fullmatch(line):
            people += _people_of(card)
            card = None
        else:
            _note(card, line)
            others += card.others
            card.others = []
    people += _people_of(card) if card else []
    known = {each.address.casefold() for each in people}
    left = [each.address for text in others for each in people_in(text) if "@" in each.address]
    return people, [each for each in dict.fromkeys(left) if each.casefold() not in known]


def _lines(text: str) -> Iterator[str]:
    while SOFT_BREAK.search(text):
        text = SOFT_BREAK.sub(r"\1", text)
    return (line for line in FOLDED.sub("", text).splitlines() if line.strip())


def _note(card: Card, line: str) -> None:
    """Add what a line says to the card."""
    said = PROPERTY.fullmatch(line.strip())
    if said is None:
        card.others += [line] if "@" in line else []
        return
    value = said["value"]
    if ENCODED.search(said["more"]):
        value = _decoded(value, said["more"])
    match said["name"].upper():
        case "EMAIL" | "E-MAIL" | "E-MAIL 1" | "E-MAIL 2" | "MAIL" | "E-POST" if value.strip():
            card.addresses.append(_plain(value))
        case "FN" | "NAME" | "FIRST NAME" if "@" not in value:
            card.name = _plain(value)
        case "N" if "@" not in value:
            family, given, *_more = [*map(_plain, re.split(r"(?<!\\);", value)), "", ""]
            card.parts = f"{given} {family}".strip()
        case _:
            card.others += [value] if "@" in value else []


def _decoded(value: str, how: str) -> str:
    """Return a value that is written in quoted-printable or Base64, perhaps in a named encoding."""
    try:
        is_printable = "QUOTED-PRINTABLE" in how.upper()
        data = quopri.decodestring(value.encode()) if is_printable else b64decode(value + "==")
        charset = CHARSET.search(how)
        return data.decode(charset[1]) if charset else encodings.decoded(data)[0]
    except (ValueError, LookupError):
        return value


def _plain(value: str) -> str:
    """Return a value without backslashes and line breaks."""
    unescaped = ESCAPED.sub(lambda sign: " " if sign[1] in "nN" else sign[1], value)
    return " ".join(unescaped.split())


def _people_of(card: Card) -> list[Typed]:
    """Return a person for each address, all with the card's name. Without one the address is to be added."""
    name = card.name or card.parts
    people = [each for address in card.addresses for each in people_in(address)]
    if not people and name and not card.others:
        people = [Typed("")]
    return [replace(each, name=name_in(name)) for each in people]


Cells = Sequence[tuple[int, list[str]]]
Contact = dict[str, list[str]]


def contacts_of_labels(
    rows: Cells, kind_of: Callable[[str], str | None], skipped: list[str]
) -> list[tuple[int, Contact]] | None:
    """Return contacts written as a label and a value a line, by kind of label; None if the rows are no such.

    Every row with an @ must have a label for addresses, and one row a label for names. Rows without a label
    are added to `skipped`.
    """
    others: list[str] = []
    contacts: list[tuple[int, Contact]] = []
    for number, cells in rows:
        label, value = _labelled(cells)
        kind = kind_of(label) if label and value else None
        if kind is None:
            if is_like_address(" ".join(cells)):
                return None
            others += [] if label and value else [" ".join(cells)]
            continue
        first = next(iter(contacts[0][1])) if contacts else ""
        is_next = bool(contacts) and kind in contacts[-1][1] and (kind != "address" or first == kind)
        if not contacts or (is_next and (kind != first or len(contacts[-1][1]) > 1)):
            contacts.append((number, {}))
        contacts[-1][1].setdefault(kind, []).append(value)
    is_all = all("address" in contact and "name" in contact for _number, contact in contacts)
    skipped += others if contacts and is_all else []
    return contacts if contacts and is_all else None


def _labelled(cells: Sequence[str]) -> tuple[str, str]:
    """Return the label and the value of a row with two cells, or of a text with a colon."""
    filled = [" ".join(cell.split()) for cell in cells if cell.strip()]
    if len(filled) == 1 and ":" in filled[0]:
        label, _colon, value = filled[0].partition(":")
        return label.strip(), value.strip()
    return (filled[0], filled[1]) if len(filled) == 2 else ("", "")
