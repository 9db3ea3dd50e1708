"""A PDF as its readers meet it: its pages, their words, and what a phone's camera reads on them."""

from __future__ import annotations

from typing import Any

import pypdfium2
import zxingcpp


def pages_of(pdf: bytes) -> list[Any]:
    """The pages of a PDF."""
    return list(pypdfium2.PdfDocument(pdf))


def words_on(page: Any) -> str:
    """What can be read on a page of a PDF."""
    return str(page.get_textpage().get_text_range())


def codes_on(page: Any) -> list[str]:
    """What a phone's camera reads on a page."""
    picture = page.render(scale=2, grayscale=True)
    rows = memoryview(bytes(picture.buffer)).cast("B", (picture.height, picture.stride))
    return [found.text for found in zxingcpp.read_barcodes(rows)]
