"""Reads a PDF as its readers do: its pages, their text, and the codes that a phone's camera reads."""

from __future__ import annotations

from typing import Any

import pypdfium2
import zxingcpp

SCALE = 2  # pixels a point
EDGE = 14  # points; most printers leave so much white


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


def cut_off(page: Any) -> str:
    """Return the letters of a page that printers would cut off, nearer to an edge than EDGE."""
    width, height = page.get_size()
    text = page.get_textpage()
    lost = []
    for place in range(text.count_chars()):
        letter = text.get_text_range(place, 1)
        left, bottom, right, top = text.get_charbox(place)
        inside = left >= EDGE and bottom >= EDGE and right <= width - EDGE and top <= height - EDGE
        lost += [letter] if letter.strip() and not inside else []
    return "".join(lost)
