"""Make the fonts of printed papers (watch/static/vendor/fonts/print) from packages of the npm registry.

    pip install --target <folder> fonttools brotli
    PYTHONPATH=<folder> python deploy/print_fonts.py

A font of a large script is cut to the letters that print.toml names, and gets a family name of its own, as
its licence wants of a changed font. `letters.json` says which letters each family has: watch/paper.py
replaces the others before it prints. The files are committed, so only who changes print.toml runs this.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from vendor import DESTINATION, fetched, member

MANIFEST = Path(__file__).resolve().parent / "print.toml"
FONTS = DESTINATION / "fonts" / "print"
LICENCES = DESTINATION / "licences"
FAMILY, FULL, POSTSCRIPT, PREFERRED = 1, 4, 6, 16  # of the table "name"


def letters_of(ranges: str) -> set[int]:
    """Return the code points of ranges such as "4E00-9FFF 25A1"."""
    found: set[int] = set()
    for each in ranges.split():
        first, _, last = each.partition("-")
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def cut(font: TTFont, letters: set[int], family: str) -> None:
    """Keep only these letters of a font, horizontally set, and call it `family`."""
    options = subset.Options(hinting=False, layout_features=["ccmp", "locl", "mark", "mkmk"])
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    for name, text in ((FAMILY, family), (FULL, family), (POSTSCRIPT, family.replace(" ", ""))):
        font["name"].setName(text, name, 3, 1, 0x409)
    font["name"].names = [each for each in font["name"].names if each.nameID < PREFERRED]


def made(content: bytes, wanted: dict[str, Any]) -> bytes:
    """Return a font file as OpenType, cut if the manifest says so. The same input gives the same bytes."""
    font = TTFont(BytesIO(content), recalcTimestamp=False)
    font.flavor = None
    if "letters" in wanted:
        cut(font, letters_of(wanted["letters"]), wanted["family"])
    made = BytesIO()
    font.save(made)
    return made.getvalue()


def ranges_of(letters: list[int]) -> list[list[int]]:
    """Return sorted code points as ranges [first, last]."""
    ends = [here for here, after in pairwise(letters) if after != here + 1] + letters[-1:]
    starts = letters[:1] + [after for here, after in pairwise(letters) if after != here + 1]
    return [list(each) for each in zip(starts, ends, strict=True)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for wanted in tomllib.loads(MANIFEST.read_text(encoding="utf-8"))["font"]:
            with fetched(wanted["package"], wanted["version"], Path(folder)) as tarball:
                (FONTS / wanted["to"]).write_bytes(made(member(tarball, wanted["from"]), wanted))
                licence = member(tarball, wanted.get("licence", "LICENSE"))
                (LICENCES / f"{Path(wanted['to']).stem}.txt").write_bytes(licence)
    covers = {}
    for path in sorted(FONTS.glob("*.?tf")):
        font = TTFont(path)
        name = font["name"]
        family = name.getDebugName(PREFERRED) or name.getDebugName(FAMILY)
        visible = sorted(code for code in font.getBestCmap() if code > 0x1F)
        covers[family.removesuffix(" Thin")] = ranges_of(visible)
        print(f"{path.stat().st_size:>8}  {path.name}")
    lines = [f" {json.dumps(family)}: {json.dumps(letters)}" for family, letters in covers.items()]
    (FONTS / "letters.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
