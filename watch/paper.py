"""QR codes and PDF for print."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
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
    return _made(layout, facts, format="pdf", pdf_standards="ua-1")


def picture(layout: str, facts: Mapping[str, Any]) -> bytes:
    """Return a page made by a layout as PNG, for a screen."""
    return _made(layout, facts, format="png", ppi=SCREEN)


def _made(layout: str, facts: Mapping[str, Any], **how: Any) -> bytes:
    made = typst.compile(
        LAYOUTS / f"{layout}.typ", root=LAYOUTS, font_paths=[FONTS], ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts)}, **how,
    )  # fmt: skip
    assert isinstance(made, bytes)
    return made


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
