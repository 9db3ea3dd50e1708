"""E-mail addresses as mail programs and lists write them."""

from __future__ import annotations

import re

from flask_babel import lazy_gettext as _l

from watch.fields import is_hidden_sign, readable_address


def pasted_in(line: str) -> list[str]:
    """The addresses of one line: Name <a@x.se>, mailto:, a; b, c.

    Without angle brackets nothing is left out: what is no address comes back with its cure.
    """
    plain = re.sub(r'"[^"]*"', " ", line)
    bits = re.findall(r"<[^<>]*>|[^\s,;<>]+", plain)
    if any("@" in bit and bit.startswith("<") for bit in bits):
        bits = [bit for bit in bits if "@" in bit]
    elif not any("@" in bit for bit in bits):
        bits = [" ".join(bits)] if bits else []
    return [_unwrapped(bit) or bit for bit in bits]


def _unwrapped(bit: str) -> str:
    """What stands in angle brackets, and behind mailto:."""
    if bit.startswith("<") and bit.endswith(">"):
        bit = bit[1:-1].strip()
    scheme, _colon, rest = bit.partition(":")
    return rest.partition("?")[0] if scheme.casefold() == "mailto" else bit


def address_in(line: str) -> str:
    """One address, normalised. Raises ValueError with the cure."""
    if any(is_hidden_sign(sign) for sign in line):
        raise ValueError(_l("Här finns osynliga tecken. Skriv adressen igen utan att klistra in den."))
    if line.count("@") > 1:
        raise ValueError(_l("Det står flera @ i adressen. Skriv en adress på varje rad."))
    return readable_address(line)
