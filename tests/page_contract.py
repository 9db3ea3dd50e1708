"""The page contract, checked on each page that any test fetches.

One h1, and the title begins with it, but names nobody, because a browser's history keeps titles. Every field
has a label, every button and link a name, every id is unique. The HTML is valid, with language and direction.
There is no inline style or script, and nothing from another host. The product's name in code is not shown,
and 112 stands in the footer. A refused form says so first, with a link to each field. Where a text is typed,
the buttons for languages belong to its form, so that the text is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import sha256
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as WORDS_OF_ERRORS
from lxml.html import HTMLParser, document_fromstring

DIRECTIONS = {"sv": "ltr", "en": "ltr", "so": "ltr", "ar": "rtl"}
FETCHED = {
    ("link", "href"), ("script", "src"), ("img", "src"), ("img", "srcset"), ("source", "srcset"),
    ("iframe", "src"), ("form", "action"), ("button", "formaction"), ("object", "data"), ("video", "src"),
    ("base", "href"), ("use", "href"), ("use", "xlink:href"), ("image", "href"),
}  # fmt: skip
CAST = (
    "Amina Yusuf", "Bengt Åkesson", "Carin Öberg", "Dawit Tesfaye", "Elsa Björkgård", "Farah Ahmadi",
    "Gun Sjöström", "Hodan Warsame", "Ivan Häggström", "Jenny Älvgren",
)  # fmt: skip
SILENT = {"script", "style", "template", "title"}


@lru_cache(maxsize=1)  # the page contract and then the test read the same page
def parse(html: str) -> Element:
    """Return the page's tree, without comments. What an invalid page becomes, browsers say otherwise."""
    tree: Element = document_fromstring(html, parser=HTMLParser(remove_comments=True))
    return tree


CONTROL = r"\x00-\x08\x0b\x0e-\x1f\x7f-\x9f"
VALUE = re.compile(rf'="(?:[^"&{CONTROL}]*|([^"]*))"')
TEXT = re.compile(rf">[^<&{CONTROL}]*[^<&\s{CONTROL}]")


def shape_of(html: str) -> str:
    """Return the page without the words on which no error of its HTML can depend.

    What is left: all markup, whether there is text, every sign that has a meaning in HTML or no place in it.
    """
    return TEXT.sub(">a", VALUE.sub(r'="\1"', html))


@cache
def _errors(shape: str) -> tuple[str, ...]:
    """Return the errors that a strict parser finds in a page of this shape, of which there are few."""
    parser = html5lib.HTMLParser()
    parser.parse(shape)
    lines = shape.splitlines() or [""]
    wrong = []
    for (line, _column), code, facts in parser.errors:
        near = lines[min(line, len(lines)) - 1].strip()[:120]
        wrong.append(f"line {line}: {WORDS_OF_ERRORS[code] % facts} near {near!r}")
    return tuple(wrong)


def text_of(element: Element) -> str:
    """Return the text inside an element, with single spaces."""
    return " ".join("".join(_words(element)).split())


def _words(element: Element) -> Iterator[str]:
    if element.tag in SILENT:
        return
    yield element.text or ""
    for child in element:
        yield from _words(child)
        yield child.tail or ""
    if element.tag in {
        "p",
        "li",
        "dt",
        "dd",
        "td",
        "th",
        "h1",
        "h2",
        "h3",
        "div",
        "tr",
        "legend",
        "label",
        "a",
    }:
        yield " "


_good: set[tuple[str, int]] = set()
TOKEN = re.compile(r'value="[\w.-]{60,}"')  # against forgery: another one on each answer


def broken_promises(html: str, status: int = 200) -> list[str]:
    """Return every way in which a page breaks the contract; none for a good page, which is read only once."""
    page = sha256(TOKEN.sub("", html).encode()).hexdigest(), status
    if page in _good:
        return []
    broken = _read(html, status)
    if not broken:
        _good.add(page)
    return broken


def _read(html: str, status: int) -> list[str]:
    tree = parse(html)
    parents = {child: parent for parent in tree.iter() for child in parent}
    return [
        *_errors(shape_of(html)),
        *_heading(tree),
        *_language(tree),
        *_ids(tree),
        *_labels(tree, parents),
        *_names(tree),
        *_inline(tree),
        *_hosts(tree),
        *_foot(tree),
        *_buttons_for_languages(tree),
        *(_summary(tree) if status == 422 else ()),
    ]


def _heading(tree: Element) -> Iterator[str]:
    headings = [text_of(h1) for h1 in tree.iter("h1")]
    if len(headings) != 1:
        yield f"there is one h1 on a page, here are {len(headings)}: {headings}"
        return
    title = next(tree.iter("title"), None)
    said = " ".join((title.text or "").split()) if title is not None else ""
    # a heading with text in <bdi> may name somebody
    is_apart = any(heading.findall("bdi//bdi") for heading in tree.iter("h1"))
    if any(name in said for name in CAST):
        yield f"the title names nobody, for a browser's history keeps it: {said!r}"
    if not headings[0] or not (is_apart or said.startswith(headings[0])):
        yield f"the title begins with the h1: {said!r} does not begin with {headings[0]!r}"


def _language(tree: Element) -> Iterator[str]:
    language, direction = tree.get("lang"), tree.get("dir")
    if DIRECTIONS.get(language or "") != direction:
        yield f"the page says its language and direction, here lang={language!r} dir={direction!r}"


def _buttons_for_languages(tree: Element) -> Iterator[str]:
    typed_in = [form for form in tree.iter("form") if form.get("method") == "post" and _takes_text(form)]
    if not typed_in or any(form.get("id") == "page-form" for form in typed_in):
        whose = {"page-form"} if typed_in else {"page-form", None}
        strange = {each.get("form") for each in tree.iter("button") if each.get("name") == "speak"} - whose
        yield from (f"the buttons for languages belong to the form {name!r}" for name in strange)
    else:
        yield "a text is typed, but not in the form of the buttons for languages (whose_languages)"


def _takes_text(form: Element) -> bool:
    kinds = {"text", "email", "tel"}
    return next(form.iter("textarea"), None) is not None or any(
        each.get("type", "text") in kinds for each in form.iter("input")
    )


def _ids(tree: Element) -> Iterator[str]:
    ids = Counter(element.get("id") for element in tree.iter() if element.get("id") is not None)
    yield from (f"the id {name!r} is there {count} times" for name, count in ids.items() if count > 1)
    for element in tree.iter():
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            for name in (element.get(attribute) or "").split():
                if name not in ids:
                    yield f"{attribute}={name!r} points to an id that is not on the page"


def _labels(tree: Element, parents: dict[Element, Element]) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iter("label") if text_of(label)}
    for field in tree.iter():
        if field.tag not in {"input", "select", "textarea"}:
            continue
        if field.get("type") in {"hidden", "submit", "button", "reset", "image"}:
            continue
        around: Element | None = field
        while around is not None and not (around.tag == "label" and text_of(around)):
            around = parents.get(around)
        if not (around is not None or field.get("id") in labelled or field.get("aria-label")
                or field.get("aria-labelledby")):  # fmt: skip
            yield f"the field {field.get('name') or field.get('id')!r} has no label"


def _names(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        if element.tag in {"button", "a", "summary"} and not (text_of(element) or _said(element)):
            yield f"a {element.tag} has no name: {element.attrib}"
        if element.tag == "img" and element.get("alt") is None:
            yield f"an image has no alt: {element.get('src')!r}"


def _said(element: Element) -> str:
    return "".join(
        f"{each.get('aria-label') or ''}{each.get('alt') or ''}{each.get('aria-labelledby') or ''}"
        for each in element.iter()
    )


def _inline(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"a {element.tag} stands in the page; its policy allows none"
        for name, value in element.attrib.items():
            if name == "style" or re.fullmatch(r"on[a-z]+", str(name)):
                yield f"the {element.tag} has an inline {name}"
            if str(value).strip().lower().startswith("javascript:"):
                yield f"the {element.tag} has a javascript: address"


def _hosts(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        for attribute, value in element.attrib.items():
            name = attribute if isinstance(attribute, str) else str(attribute)
            if (element.tag, name) in FETCHED and urlsplit(value).netloc not in {"", "127.0.0.1:8000"}:
                yield f"the {element.tag} fetches from another host: {value}"


def _foot(tree: Element) -> Iterator[str]:
    body = next(tree.iter("body"))
    title = next(tree.iter("title"), None)
    seen = [text_of(body), (title.text or "") if title is not None else ""]
    seen += [
        each.get(name) or "" for each in tree.iter() for name in ("alt", "title", "aria-label", "placeholder")
    ]
    if found := re.search(r"\bwatch\b", " ".join(seen), re.IGNORECASE):
        around = found.string[max(0, found.start() - 40) : found.end() + 40]
        yield f"the name of the code is on the screen: {around!r}"
    foot = " ".join(text_of(footer) for footer in tree.iter("footer"))
    if "112" not in foot:
        yield "the foot of the page says: ring 112"


def _summary(tree: Element) -> Iterator[str]:
    ids = {element.get("id") for element in tree.iter()}
    for element in tree.iter():
        if "error-summary" in (element.get("class") or "").split():
            links = [link.get("href") or "" for link in element.iter("a")]
            if not links and not list(element.iter("li")):
                yield "the error summary says nothing"
            yield from (
                f"the error summary links to nothing: {href}" for href in links if href[1:] not in ids
            )
            return
    yield "a form that was refused (422) begins with an error summary"
