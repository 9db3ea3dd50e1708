"""Writes a file completely or not at all, readable by us only, replacing nothing."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watch.ops.copies.facts import Unusable


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield an empty file beside `path`, which gets the name `path` once it is written and synced.

    Raises Unusable if the name is taken or the folder is missing.
    """
    if path.exists():
        raise Unusable(f"{path} is there already; nothing was changed.")
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as wrong:
        raise Unusable(f"{path.parent}: {wrong.strerror}.") from None
    try:
        yield half
        sync(half)
        os.link(half, path)  # not a rename, which would replace a file made there meanwhile
    except FileExistsError:
        raise Unusable(f"{path} is there already; nothing was changed.") from None
    except OSError as wrong:
        raise Unusable(f"{path}: {wrong.strerror}.") from None
    finally:
        half.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Return once a file, or the names in a folder, are on disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
