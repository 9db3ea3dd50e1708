"""Reads a PDF as its readers do: its pages, their text, and the codes that a phone's camera reads."""

from __future__ import annotations

from typing import Any

import pypdfium2
import zxingcpp

SCALE = 2  # pixels a point


def pages_of(pdf: bytes) -> list[Any]:
    """Return the pages of a PDF."""
    return list(pypdfium2.PdfDocument(pdf))


def words_on(page: Any) -> str:
    """Return the text of a page."""
    return str(page.get_textpage().get_text_range())


def codes_on(page: Any) -> list[str]:
    """Return the codes that a phone's camera reads on a page."""
    return [found.text for found in _found_on(page)]


def width_of_code(page: Any) -> float:
    """Return the width of the only code on a page, in points."""
    (found,) = _found_on(page)
    return float(found.position.top_right.x - found.position.top_left.x) / SCALE


def _found_on(page: Any) -> list[Any]:
    picture = page.render(scale=SCALE, grayscale=True)
    rows = memoryview(bytes(picture.buffer)).cast("B", (picture.height, picture.stride))
    return list(zxingcpp.read_barcodes(rows))
