"""Reads the wordings that point at somebody without a name (pointers.toml) as patterns."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_READ = tomllib.loads((Path(__file__).resolve().parent / "pointers.toml").read_text(encoding="utf-8"))


def _one_of(part: str) -> str:
    """Return a pattern of one of the words of a part, or of its lines: each of `where` is a wording."""
    listed = _READ["parts"][part]
    return f"(?:{'|'.join(listed.strip().splitlines() if part == 'where' else listed.split())})"


def _pattern(kinds: dict[str, list[str]]) -> str:
    joined = "|".join(f"(?:{wording})" for kind in kinds.values() for wording in kind)
    for part in _READ["parts"]:
        joined = joined.replace(f"{{{part}}}", _one_of(part))
    return joined.replace("{name}", r"(?-i:[A-ZÅÄÖ])\w+").replace(" ", r"\s")


POINTER = re.compile(rf"\b(?:{_pattern(_READ['pointers'])})", re.IGNORECASE)
FLAT = re.compile(rf"\b(?:{_pattern(_READ['flats'])})", re.IGNORECASE)
SLANDER = re.compile(rf"\b(?:{_pattern(_READ['slander'])})", re.IGNORECASE)
ROLE = re.compile(rf"\b(?:{_pattern(_READ['roles'])})", re.IGNORECASE)
