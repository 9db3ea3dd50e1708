"""Checks a typed e-mail address, and says of each fault what it is and how to correct it."""

from __future__ import annotations

import re
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l

MOST_ADDRESS = 254  # characters (RFC 5321)
MOST_BEFORE_AT = 64
ADDRESS_TOO_LONG = _l("E-postadressen är för lång. Högst 254 tecken.")
ONLY_ONE = _l("Skriv bara en e-postadress i fältet.")
NO_AT = _l("Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se.")
WRONG = _l("E-postadressen stämmer inte. Skriv till exempel namn@exempel.se.")
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


def readable_address(text: str) -> str:
    """Return an e-mail address, normalised. Raises ValueError with a message for the reader."""
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
