"""The notes' Markdown: headings, lists, emphasis, quotations and links; everything else is shown as typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markupsafe import Markup

from watch.names import is_like_link

TAGS = {"h3", "h4", "p", "br", "ul", "ol", "li", "em", "strong", "blockquote", "a", "hr"}
SCHEMES = {"https", "mailto", "tel"}
AS_TYPED = ("image", "code", "fence", "backticks", "reference", "html_block", "html_inline", "lheading")
DEEPEST = 40  # tokens in tokens, so about 20 lists in lists; the parser leaves out what is deeper
MOST_OF_LINE = 200  # characters of a line in a mail


def _is_allowed(url: str) -> bool:
    scheme, colon, _rest = url.partition(":")
    return bool(colon) and scheme.lower() in SCHEMES


def _below_the_card(state: StateCore) -> None:
    """Let the headings of notes begin at the third level: the card that they stand in has the second."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = "h3" if token.tag in {"h1", "h2"} else "h4"


def _show_targets(state: StateCore) -> None:
    """Write where a link leads behind words that look like another address."""
    for token in state.tokens:
        kept: list[Token] = []
        href, begins = "", 0
        for each in token.children or ():
            if each.type == "link_open":
                href, begins = str(each.attrs["href"]), len(kept)
            kept.append(each)
            if each.type == "link_close":
                said = "".join(inner.content for inner in kept[begins:])
                if target := _hidden_target(href, said):
                    kept.append(Token("text", "", 0, content=f" ({target})"))
        token.children = kept or token.children


def _hidden_target(href: str, said: str) -> str | None:
    """Return the host, address or number behind a link whose words look like another one."""
    is_call = href.lower().startswith("tel:") and any(map(str.isdigit, said))
    if not is_call and not is_like_link(said):
        return None
    target = urlsplit(href).hostname or urlsplit(href).path
    seems = urlsplit(said if re.match(r"\w+:", said) else f"//{said}").netloc.lower()
    return None if target in {said, seems} else target


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": DEEPEST})
    parser.disable(AS_TYPED)
    parser.validateLink = _is_allowed  # type: ignore[method-assign]  # as the library's manual has it
    parser.core.ruler.push("below the card", _below_the_card)
    parser.core.ruler.push("show targets", _show_targets)
    return parser


_markdown = _parser()


@lru_cache(maxsize=32)  # the longest notes take a second
def html_of(text: str) -> Markup:
    """Return notes as HTML. Raw HTML stays text, and a link leads to https, a mail address or a phone."""
    html = nh3.clean(
        _markdown.render(text),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)


def paragraphs_of(text: str) -> list[str]:
    """Return notes as plain paragraphs, for paper: a list's items begin with a dash."""
    return [words for _is_heading, words in _plain(text)]


def first_lines(text: str, most: int = 3) -> list[str]:
    """Return the first lines of notes that are no headings, for those who were absent."""
    lines = (line for is_heading, words in _plain(text) if not is_heading for line in words.split("\n"))
    return [_cut(line) for line, _number in zip(lines, range(most), strict=False)]


def _cut(line: str) -> str:
    return line if len(line) <= MOST_OF_LINE else line[: MOST_OF_LINE - 1].rstrip() + "…"


def _plain(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the words of each paragraph, and whether it is a heading."""
    is_heading = is_item = False
    for token in _markdown.parse(text):
        is_heading = token.type == "heading_open" or (is_heading and token.type == "inline")
        is_item = token.type == "list_item_open" or (is_item and token.type in {"inline", "paragraph_open"})
        if token.type == "inline" and (words := _words(token)):
            yield is_heading, f"– {words}" if is_item else words
            is_item = False


def _words(token: Token) -> str:
    breaks = {"softbreak", "hardbreak"}
    return "".join("\n" if each.type in breaks else each.content for each in token.children or ()).strip()
