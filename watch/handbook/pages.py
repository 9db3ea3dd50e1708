"""Reads the handbook's Markdown files as pages of help."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from watch.models import Language

FOLDER = Path(__file__).resolve().parent.parent.parent / "handbook"


@dataclass(frozen=True)
class Page:
    """A page of help. `contents` has the identifier and the title of each section."""

    title: str
    language: Language
    contents: tuple[tuple[str, str], ...]
    body: Markup


@cache
def page(reader: str, wanted: Language) -> Page:
    """Return the page for a kind of reader, such as "residents", in Swedish if it was not translated yet."""
    translated = FOLDER / wanted.value / f"{reader}.md"
    written_in = wanted if translated.exists() else Language.SWEDISH
    text = (translated if translated.exists() else FOLDER / f"{reader}.md").read_text("utf-8")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    heading, rest = _without_title(markdown.parse(text))
    contents = tuple(_name_sections(rest))
    html = markdown.renderer.render(rest, markdown.options, {})
    return Page(heading, written_in, contents, Markup(html))  # our own file, without HTML in it


def _without_title(tokens: list[Token]) -> tuple[str, list[Token]]:
    return tokens[1].content, tokens[3:]


def _name_sections(tokens: list[Token]) -> list[tuple[str, str]]:
    """Give each section's heading an identifier that is the same in all languages: its number."""
    found: list[tuple[str, str]] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            found.append((f"section-{len(found) + 1}", inline.content))
            opening.attrSet("id", found[-1][0])
    return found
