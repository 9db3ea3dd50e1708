"""Compiles the catalogues where missing or older than their texts, so that `pytest` needs no make."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent.parent / "watch" / "translations"


def compile_catalogues(folder: Path = FOLDER) -> None:
    """Compile each messages.po below the folder whose messages.mo is missing or older.

    The file is replaced by a rename: several processes may do this at once, and none reads half a file.
    """
    for source in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as texts:
            catalogue = read_po(texts, locale=source.parent.parent.name)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".mo", delete=False) as made:
            write_mo(made, catalogue)
        os.chmod(made.name, 0o644)
        os.replace(made.name, target)
