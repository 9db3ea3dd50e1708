"""What every endpoint answers, gathered from the data files of this folder."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.access import Expected, OneOrMore, file_of

FOLDER = Path(__file__).parent


def collect() -> dict[str, tuple[Expected, ...]]:
    """Return every endpoint's expectations from the data files, for each kind of row."""
    found: dict[str, tuple[Expected, ...]] = {}
    for file in sorted(FOLDER.glob("[!_]*.py")):
        endpoints: dict[str, OneOrMore] = importlib.import_module(f"tests.access.{file.stem}").ENDPOINTS
        stray = [name for name in endpoints if file_of(name) != file.stem]
        assert not stray, f"{file.name} holds endpoints of another blueprint: {stray}"
        found |= {name: each if isinstance(each, tuple) else (each,) for name, each in endpoints.items()}
    return found


EXPECTED = collect()
