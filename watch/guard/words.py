"""Reads the lists of words in words.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def words(name: str) -> frozenset[str]:
    """Return the words of a list, in small letters."""
    lists = tomllib.loads((Path(__file__).resolve().parent / "words.toml").read_text(encoding="utf-8"))
    return frozenset(lists[name].split())
