"""Checks that every template compiles, is named like its endpoint, and has no untranslated text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
NOT_PAGES = ("components/", "email/", "errors/", "print/")
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
NAMES = {"Grannsamverkan", "polisen.se", "kB", "Svenska", "English", "العربية", "Soomaali"}
SPOKEN = ("alt", "title", "aria-label", "aria-description", "placeholder", "label")
WORD = re.compile(r"[^\W\d_]{2,}")
SWEDISH = re.compile(r"[åäöÅÄÖ]|^[A-ZÅÄÖ][a-zåäö]+( [a-zåäö]+)*[.!?:]?$|[a-zåäö]+ [a-zåäö]+ [a-zåäö]+")


@pytest.fixture(scope="module")
def page_app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(DATABASE_URL="sqlite://")


OTHER_ANSWERS = {  # templates that are not an endpoint's own, with the endpoint that renders them
    "accounts/asked_elsewhere.html": "accounts.sign_in",
    "records/choose_double.html": "records.ask_merge",
    "addresses/elsewhere.html": "addresses.confirm_change",
    "accounts/signed_in.html": "accounts.open_link",
    "meetings/door_early.html": "meetings.door",
    "meetings/unknown_code.html": "meetings.public_page",
    "interest/ended.html": "interest.open_link",
    "findings/gone.html": "findings.report",
    "joining/confirmed.html": "joining.confirm",
    "joining/declined.html": "joining.open_invitation",
    "joining/choose_stairwell.html": "joining.ask",
    "joining/letter.html": "joining.poster",
    "joining/old_code.html": "joining.poster",
    "joining/unknown_code.html": "joining.poster",
}


def files() -> list[str]:
    """Return every template by its name."""
    return sorted(
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.*")
        if path.is_file() and path.suffix != ".typ"
    )


def pages() -> list[str]:
    """Return the templates of whole pages."""
    whole = [name for name in files() if not name.startswith(NOT_PAGES) and name != "base.html"]
    return [name for name in whole if not name.rpartition("/")[2].startswith("_")]


def test_every_template_compiles(page_app: Flask) -> None:
    for name in files():
        page_app.jinja_env.get_template(name)


def test_no_title_names_anybody() -> None:
    """A browser's history keeps titles after its user has signed out."""
    title = re.compile(r"{% block title %}.*?{% endblock %}|{% set title = .*?%}", re.DOTALL)
    person = re.compile(r"\b(person|who|membership|neighbour|coordinator)\b")
    naming = [
        name
        for name in pages()
        for said in title.findall((TEMPLATES / name).read_text())
        if person.search(said)
    ]
    assert naming == []


def test_every_page_is_named_as_its_endpoint(page_app: Flask) -> None:
    stray = [
        name
        for name in pages()
        if name not in OTHER_ANSWERS
        and name.removesuffix(".html").replace("/", ".") not in page_app.view_functions
    ]
    assert stray == [], (
        "groups/show.html is groups.show; what is no page of its own is called _something.html"
    )
    assert set(page_app.view_functions) >= set(OTHER_ANSWERS.values())


def test_every_page_extends_the_frame_and_has_a_title(page_app: Flask) -> None:
    for name in pages():
        tree = page_app.jinja_env.parse((TEMPLATES / name).read_text())
        assert list(tree.find_all(nodes.Extends)), f"{name} stands outside of base.html"
        assert "title" in {block.name for block in tree.find_all(nodes.Block)}, f"{name} has no title"


def test_parts_are_never_rendered_alone() -> None:
    alone = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / "watch").rglob("*.py"))
        for name in re.findall(r"""render_template\(\s*["']([^"']+)["']""", path.read_text())
        if name.rpartition("/")[2].startswith("_")
    ]
    assert alone == []


def test_every_rendered_template_exists() -> None:
    rendered = {
        name
        for path in (ROOT / "watch").rglob("*.py")
        for name in re.findall(r"""render_template\(\s*["']([^"'{]+)["']""", path.read_text())
    }
    assert sorted(rendered - set(files())) == []


def test_every_page_is_used() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "watch").rglob("*.py"))
    assert [name for name in pages() if f'"{name}"' not in sources] == []


def test_every_mail_has_subject_text_and_html() -> None:
    mails = [path for path in (TEMPLATES / "email").glob("*") if path.is_dir()]
    parts = {mail.name: sorted(part.name for part in mail.iterdir()) for mail in mails}
    assert mails
    assert {
        name: each for name, each in parts.items() if each != ["body.html", "body.txt", "subject.txt"]
    } == {}


def test_all_words_go_through_translation(page_app: Flask) -> None:
    bare = {name: found for name in files() if (found := list(_bare_words(page_app.jinja_env, name)))}
    assert bare == {}, 'a sentence on the screen stands in {{ _("…") }}'


def test_the_search_for_bare_words_finds_them(page_app: Flask) -> None:
    def found(source: str) -> list[str]:
        return list(_bare_in(page_app.jinja_env, source, is_html=True))

    assert found('<p class="lead">{{ _("Hej") }} – <b>112</b> {{ name }}</p>') == []
    assert found("<p>Hej där</p>") == ["Hej där"]
    assert found('<a{% if x %} class="on"{% endif %} title="Visa mer">{{ x }}</a>') == ["Visa mer"]
    assert found('{{ post_button(url, "Ta bort") }}') == ["Ta bort"]
    assert found('{{ post_button(url, _("Ta bort"), kind="danger") }}') == []


def _bare_words(env: Environment, name: str) -> Iterator[str]:
    return _bare_in(env, (TEMPLATES / name).read_text(), is_html=name.endswith(".html"))


def _bare_in(env: Environment, source: str, *, is_html: bool) -> Iterator[str]:
    """Return text outside of tags and of gettext: in the body, in attributes read aloud, in arguments."""
    tree = env.parse(source)
    text = "".join(_skeleton(tree))
    if is_html:
        text = re.sub(r"<!--.*?-->|<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
        for tag in re.findall(r"<[^>]*>", text):
            spoken = re.findall(rf"""\s(?:{"|".join(SPOKEN)})=["']([^"']*)["']""", tag)
            yield from (value for value in spoken if _says_something(value))
        text = re.sub(r"<[^>]*>", "\n", text)
    yield from (
        line.strip("\0 ") for line in re.split(r"[\n\0]", html.unescape(text)) if _says_something(line)
    )
    yield from _bare_arguments(tree)


def _says_something(text: str) -> bool:
    for name in NAMES:
        text = text.replace(name, "")
    return bool(WORD.search(text))


def _skeleton(node: nodes.Node) -> Iterator[str]:
    """Return the template's own text in order, with a null character for each expression."""
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Expr):
        yield "\0"
    else:
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr) and not isinstance(node, nodes.Output):
                continue
            yield from _skeleton(child)


def _bare_arguments(node: nodes.Node, translated: bool = False) -> Iterator[str]:
    """Return string constants that look Swedish and do not go through gettext."""
    if isinstance(node, nodes.Const):
        value = node.value
        if not translated and isinstance(value, str) and value not in NAMES and SWEDISH.search(value.strip()):
            yield value
        return
    if isinstance(
        node, nodes.Compare | nodes.Getitem | nodes.FromImport | nodes.Import | nodes.Extends | nodes.Include
    ):
        return
    is_gettext = (
        isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in GETTEXT
    )
    for child in node.iter_child_nodes():
        yield from _bare_arguments(child, translated or is_gettext)
