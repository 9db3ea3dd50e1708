"""Reads one typed e-mail address, and says of each fault what it is and how to correct it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

from watch.signs import IN_ADDRESSES

MOST_ADDRESS = 254  # characters (RFC 5321)
MOST_BEFORE_AT = 64
ADDRESS_TOO_LONG = _l("E-postadressen är för lång. Högst 254 tecken.")
ONLY_ONE = _l("Skriv bara en e-postadress i fältet.")
NO_AT = _l("Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se.")
WRONG = _l("E-postadressen stämmer inte. Skriv till exempel namn@exempel.se.")
QUOTES = '"“”„‟«»‹›‘’‚`'
OPENING, CLOSING = f"<([{{{QUOTES},;:،؛、。•·", f">)]}}{QUOTES}'.,;:!?…،؛؟、。，；：！？·*|"
PAIRED = "'*_~"  # around a word; one at its beginning may be part of the address
WRAPPED = re.compile(  # Carin <a@x.se>, [Carin](mailto:a@x.se), Carin (a@x.se)
    r"(?P<word>[^\s@]+@[^\s()\[\]@]+)\s*[(\[][^()\[\]@]*[)\]]\W*"
    r"|(?P<before>[^@]*|.*)<\s*(?P<address>[^<>@]*@[^<>@]*)>[^@]*"
    r"|\[(?P<text>[^\[\]]*)\]\(\s*(?P<link>[^()@]*@[^()@]*)\)[^@]*"
    r"|(?P<name>[^@]*|.*)[(\[]\s*(?P<inside>[^()\[\]@]*@[^()\[\]@]*)[)\]][^@]*"
)
LABEL = re.compile(
    r"(?:mailto|smtp|e[-‐‑– ]?post(?:adress)?|e[-‐‑– ]?mail(?:adress| address)?|mejl(?:adress)?"
    r"|mail(?:adress)?|to|till|from|från|email|البريد|بريد|iimayl|iimeyl)\s*[:：]\s*(?://)?",
    re.IGNORECASE,
)
SIGNS = r"[\w.。．｡@!#$%&'*+/=?^`{|}~-]"  # what may stand in an address
FAULTS: tuple[tuple[re.Pattern[str], Any], ...] = (  # the first that is found is said
    (re.compile(r"[^@]*@[^@]*\.[^@]*[\s,;/|&]+[^@]*@"), ONLY_ONE),
    (re.compile(r".*@.*@"), _l("Det står två @ i e-postadressen. Ta bort det ena.")),
    (re.compile(r".*;"), ONLY_ONE),
    (
        re.compile(r".*,"),
        _l("Det står ett komma i e-postadressen. Skriv en punkt i stället, eller ta bort det."),
    ),
    (
        re.compile(r"\s*@"),
        _l("Det saknas något före @ i e-postadressen. Skriv till exempel namn@exempel.se."),
    ),
    (
        re.compile(r".*@\s*\Z"),
        _l("Det saknas något efter @ i e-postadressen. Skriv till exempel namn@exempel.se."),
    ),
    (re.compile(r".*\s"), _l("Det står ett mellanslag i e-postadressen. Ta bort det.")),
    (
        re.compile(r"[^@]*[^\x00-\x7f][^@]*@"),
        _l("Före @ kan det inte stå å, ä, ö eller andra bokstäver än a–z. Fråga hur adressen skrivs."),
    ),
    (re.compile(r"[^@]*@[^.。．｡]*\Z"), _l("Det saknas en punkt efter @, som i namn@exempel.se.")),
    (
        re.compile(r"\.|[^@]*(?:\.\.|\.@|@\.)|.*\.\.|.*\.\Z"),
        _l("En punkt står fel i e-postadressen: först, sist, bredvid @ eller bredvid en annan. Ta bort den."),
    ),
    (
        re.compile(rf"[^@]{{{MOST_BEFORE_AT + 1},}}@"),
        _l("Det som står före @ i e-postadressen är för långt. Högst 64 tecken."),
    ),
    (
        re.compile(rf"{SIGNS}*(?!{SIGNS})."),
        _l("I e-postadressen står ett tecken som inte kan stå där. Ta bort det."),
    ),
    (
        re.compile(r"[^@]*@.*[^\w.。．｡-]"),
        _l("Efter @ kan det bara stå bokstäver, siffror, punkt och bindestreck, som i namn@exempel.se."),
    ),
)


def bare_address(text: str) -> str:
    """Return an address without what stands around it where it was copied: `"Carin" <a@x.se>`, mailto:a@x.se.

    Full-width signs become usual ones. A text that is no single address is returned to be refused.
    """
    typed = unicodedata.normalize("NFKC", text[: 4 * MOST_ADDRESS].translate(IN_ADDRESSES)).strip()
    found = WRAPPED.fullmatch(typed)
    if found is not None:
        inside = next(filter(None, found.group("word", "address", "link", "inside")))
        beside = next((each for each in found.group("before", "text", "name") if each), "")
        if "@" not in beside or _plain(beside).casefold() == _plain(inside).casefold():
            typed = inside
    return _plain(typed) or typed


def _plain(typed: str) -> str:
    """Return an address without signs at its edges, without its label and without the subject of a mail."""
    before = None
    while typed != before:
        before = typed
        typed = typed.strip().lstrip(OPENING).rstrip(CLOSING if "@" in typed else "").strip()
        if typed[:1] in PAIRED and before.rstrip().endswith(typed[:1]):
            typed = typed[1:].rstrip(PAIRED)
        if label := LABEL.match(typed):
            typed = typed[label.end() :].partition("?")[0]
    return typed


def readable_address(text: str) -> str:
    """Return the only e-mail address of a text, normalised. Raises ValueError with a word for the reader."""
    text = bare_address(text)
    if len(text) > MOST_ADDRESS:
        raise ValueError(str(ADDRESS_TOO_LONG))
    if "@" not in text:
        raise ValueError(str(NO_AT))
    for is_wrong, fault in FAULTS:
        if is_wrong.match(text):
            raise ValueError(str(fault))
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError(str(WRONG)) from None
    return found.normalized
