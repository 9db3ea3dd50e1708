"""QR codes and PDF for print."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst
from markupsafe import Markup

# static versions of the variable fonts on the screen
FONTS = Path(__file__).parent / "static" / "vendor" / "fonts" / "print"
LAYOUTS = Path(__file__).parent.parent / "templates" / "print"
SCREEN = 96  # pixels an inch
PROGRAM = str(Path(__file__).resolve())
DRAWN_WITHIN = 50  # seconds; 250 pages take one or two
ATKINSON = ("Atkinson Hyperlegible Next", "Atkinson Hyperlegible Next Ext")  # for letters of Latin
FIRST_FONTS = (*ATKINSON, "Noto Sans Arabic", "Paper Sans")  # the others are for one script each
NO_LETTER = "\u25a1"  # what is printed for a letter that no font has, an emoji for example: an empty square
PLAIN_MASK = 0  # choosing the best of eight masks takes most of the time, and cameras read every mask


def qr(address: str) -> Markup:
    """Return a QR code as SVG that scales to its place; medium error correction."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    return Markup(svg)


def qr_for_pdf(address: str) -> str:
    """Return a QR code as a whole SVG file, with a fixed mask, which is faster for many pages."""
    code = segno.make(address, error="m", micro=False, mask=PLAIN_MASK)
    drawn = BytesIO()
    code.save(drawn, kind="svg", xmldecl=False, border=0, svgclass=None, lineclass=None, dark="#000")
    return drawn.getvalue().decode()


def pdf(layout: str, facts: Mapping[str, Any]) -> bytes:
    """Return a tagged PDF (PDF/UA-1, ISO 14289-1) made by a layout of templates/print.

    The same facts make the same pages on every machine, because no font of the system is used.
    """
    return _made(layout, facts, format="pdf", pdf_standards="ua-1")[0]


def picture(layout: str, facts: Mapping[str, Any]) -> bytes:
    """Return the first page made by a layout as PNG, for a screen."""
    return pictures(layout, facts)[0]


def pictures(layout: str, facts: Mapping[str, Any]) -> list[bytes]:
    """Return all pages made by a layout as PNG, for a screen."""
    return _made(layout, facts, format="png", ppi=SCREEN)


def picture_to_show(png: bytes) -> str:
    """Return the address of a picture that is part of its page (RFC 2397)."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


class CannotPrint(Exception):
    """A paper could not be drawn; says which layout. The text is left out, because it holds names."""


def _made(layout: str, facts: Mapping[str, Any], **how: Any) -> list[bytes]:
    """Return a PDF, or a picture a page.

    It is drawn with all fonts, or where that fails with those of Latin letters only.
    """
    try:
        return _drawn(layout, printable(facts, [*_letters_of_fonts()]), **how)
    except typst.TypstError:  # it quotes the text, so it must not get into a log
        pass
    try:
        return _drawn(layout, printable(facts, ATKINSON), **how)
    except typst.TypstError:
        raise CannotPrint(layout) from None


def _drawn(layout: str, facts: Any, **how: Any) -> list[bytes]:
    fonts = dict.fromkeys([*FIRST_FONTS, *_letters_of_fonts()])
    made = typst.compile(
        LAYOUTS / f"{layout}.typ", root=LAYOUTS, font_paths=[FONTS], ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts), "fonts": json.dumps([*fonts])}, **how,
    )  # fmt: skip
    files = made if isinstance(made, list) else [made]
    return [each for each in files if isinstance(each, bytes)]


@cache
def _letters_of_fonts() -> dict[str, frozenset[int]]:
    """Return the code points that each font family has, as deploy/print_fonts.py found them."""
    covered = json.loads((FONTS / "letters.json").read_text(encoding="utf-8"))
    return {
        family: frozenset(code for first, last in ranges for code in range(first, last + 1))
        for family, ranges in covered.items()
    }


def printable(facts: Any, families: Collection[str]) -> Any:
    """Return facts with each letter that none of the fonts has replaced by an empty square."""
    if isinstance(facts, Mapping):
        return {key: printable(value, families) for key, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [printable(value, families) for value in facts]
    if not isinstance(facts, str) or (facts.isascii() and facts.isprintable()):
        return facts
    fonts = [_letters_of_fonts()[family] for family in families]
    return "".join(_printed(letter, fonts) for letter in _with_marks(facts))


def _with_marks(text: str) -> Iterator[str]:
    """Yield each character together with the marks on it, because one font must have them all."""
    letter = ""
    for character in text:
        if letter and unicodedata.category(character)[0] == "M":
            letter += character
        else:
            if letter:
                yield letter
            letter = character
    yield letter


def _printed(letter: str, fonts: Collection[frozenset[int]]) -> str:
    """Return a letter with its marks; without them if no font has both; or a square."""
    kind = unicodedata.category(letter[0])
    if kind in {"Cc", "Cf"}:
        return letter if letter in "\n\t" or (kind == "Cf" and letter != "\ufeff") else ""
    for shown in (letter, letter[:1]):
        if any(font.issuperset(map(ord, shown)) for font in fonts):
            return shown
    return " " if kind[0] == "Z" else NO_LETTER


def long_pdf(layout: str, facts: Mapping[str, Any]) -> bytes:
    """Return the PDF, made in a process of its own, because typst keeps its last documents in memory.

    Raises subprocess.SubprocessError.
    """
    command = [sys.executable, "-P", PROGRAM, layout]  # -P: our modules must not hide others of the same name
    made: subprocess.CompletedProcess[bytes] = subprocess.run(
        command, input=json.dumps(facts).encode(), timeout=DRAWN_WITHIN, check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,  # errors could print codes into the log
    )  # fmt: skip
    return made.stdout


if __name__ == "__main__":
    sys.stdout.buffer.write(pdf(sys.argv[1], json.load(sys.stdin.buffer)))
