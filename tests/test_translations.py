"""Checks the catalogues: complete, with every placeholder and plural, up to date, without words we avoid."""

from __future__ import annotations

import ast
import os
import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.catalogues import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "watch" / "translations"
LANGUAGES = ("en", "ar", "so")
PLURALS = {"en": 2, "ar": 6, "so": 2}
KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "_l": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
SAME_EVERYWHERE = {
    "112", "114 14", "Grannsamverkan", "e-post", "kl.", "European Union Public Licence (EUPL)",
}  # fmt: skip
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
BANNED = {
    "sv": (
        "medborgargarde", "bevaka", "misstänkt person", "utsatt område", "utsatta områden", "offer", "email",
        "protokoll", "står utanför", "lägesbild", "utskick", "kallelse", "watch",
    ),
    "en": ("watch", "vigilante", "surveillance", "victim"),
    "ar": ("مراقبة", "مخبر"),
    "so": ("basaas", "waardiye"),
}  # fmt: skip


def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    assert path.exists(), f"there is no catalogue for {language}: make translations"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    """Return its texts, without the header."""
    return [message for message in catalogue(language) if message.id]


def test_no_text_hides_in_an_f_string() -> None:
    """Babel does not extract f-strings: such a text would stay Swedish, and no other test would notice."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "watch").rglob("*.py"))
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
    ]
    assert hidden == []


@pytest.fixture(scope="module")
def sources() -> set[str]:
    """Return every text in the sources."""
    mapping, options = _mapping()
    found = set()
    for _file, _line, text, _comments, _context in extract_from_dir(
        ROOT, method_map=mapping, options_map=options, keywords=KEYWORDS, directory_filter=_is_ours
    ):
        found.add(text[0] if isinstance(text, tuple) else text)
    return found


def _mapping() -> tuple[list[tuple[str, str]], dict[str, dict[str, str]]]:
    """Return pybabel's mapping from pyproject.toml."""
    return [("watch/**.py", "python"), ("templates/**.*", "jinja2")], {"templates/**.*": {"silent": "false"}}


def _is_ours(folder: str) -> bool:
    return not Path(folder).name.startswith((".", "_")) and Path(folder).name not in {
        "tests",
        "instance",
        "var",
    }


def singular(message: Message) -> str:
    """Return the text that identifies a message."""
    return message.id[0] if isinstance(message.id, tuple | list) else message.id


def strings(message: Message) -> list[str]:
    """Return its translations: one, or one for each plural form."""
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_text_of_the_sources_and_no_other(language: str, sources: set[str]) -> None:
    known = {singular(message) for message in messages(language)}
    assert (sorted(sources - known), sorted(known - sources)) == ([], []), "make translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_fuzzy(language: str) -> None:
    empty = [
        singular(message)
        for message in messages(language)
        if not all(text.strip() for text in strings(message))
    ]
    fuzzy = [singular(message) for message in messages(language) if message.fuzzy]
    assert (empty, fuzzy) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_only_copied(language: str) -> None:
    copied = [
        singular(message)
        for message in messages(language)
        if strings(message)[0] == singular(message) and _is_language(singular(message))
    ]
    assert copied == []


def _is_language(text: str) -> bool:
    """Return True if there is something to translate besides names, numbers and placeholders."""
    for name in SAME_EVERYWHERE:
        text = text.replace(name, "")
    return bool(re.search(r"[^\W\d_]{2,}", PLACEHOLDER.sub("", text)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_is_kept(language: str) -> None:
    lost = {}
    for message in messages(language):
        wanted = set(PLACEHOLDER.findall(" ".join(message.id) if message.pluralizable else singular(message)))
        for place, text in enumerate(strings(message)):
            kept = set(PLACEHOLDER.findall(text))
            may_leave_out = {"num"} if message.pluralizable and place < len(strings(message)) - 1 else set()
            if kept - wanted or wanted - kept - may_leave_out or _bad_percent(text):
                lost[singular(message)] = text
    assert lost == {}


def _bad_percent(text: str) -> bool:
    """Return a % that Python's formatting would fail on, or an unmatched brace."""
    if "%(" not in text:
        return False
    return bool(re.search(r"%(?!\(\w+\)[sd]|%)", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_has_its_forms(language: str) -> None:
    assert catalogue(language).num_plurals == PLURALS[language]
    short = [
        singular(message)
        for message in messages(language)
        if message.pluralizable and len(strings(message)) != PLURALS[language]
    ]
    assert short == []


def test_arabic_counts_from_eleven_on_by_the_last_form() -> None:
    """The last form is of 11 to 99, whose noun is accusative, and the one before of 100 to 102."""
    swapped = [
        message.id[0]
        for message in messages("ar")
        if message.pluralizable and message.string[4].count("ً") > message.string[5].count("ً")
    ]
    assert swapped == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_header_says_who_has_read_it(language: str) -> None:
    text = (FOLDER / language / "LC_MESSAGES" / "messages.po").read_text()
    head = text.partition("\n\n")[0]
    assert re.search(r"Reviewed by: \S+|no native speaker has read", head, re.IGNORECASE), (
        "the header names a reviewer (# Reviewed by: …), or says that no native speaker has read it yet"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_we_avoid_are_absent(language: str) -> None:
    assert [
        text for message in messages(language) for text in strings(message) if _has_banned(text, language)
    ] == []


def test_words_we_avoid_are_absent_in_swedish(sources: set[str]) -> None:
    assert [text for text in sorted(sources) if _has_banned(text, "sv")] == []


def _has_banned(text: str, language: str) -> list[str]:
    return [
        word
        for word in BANNED[language]
        if re.search(
            rf"(?<!\w){re.escape(word)}" + ("" if language in {"ar", "so"} else r"(?!\w)"),
            text.lower().replace("neighbourhood watch", ""),  # the English for grannsamverkan
            re.IGNORECASE,
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_begin_and_end_as_the_swedish_does(language: str) -> None:
    """A lost space at an end would join two sentences."""
    ragged = [
        singular(message)
        for message in messages(language)
        for text in strings(message)
        if text and (text != text.strip()) != (singular(message) != singular(message).strip())
    ]
    assert ragged == []


def test_a_catalogue_that_is_missing_or_older_than_its_texts_is_compiled(tmp_path: Path) -> None:
    texts = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    texts.parent.mkdir(parents=True)
    compiled = texts.with_suffix(".mo")

    def said(word: str, written_at: int) -> str:
        texts.write_text(
            f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "hus"\nmsgstr "{word}"\n'
        )
        os.utime(texts, (written_at, written_at))
        compile_catalogues(tmp_path)
        with compiled.open("rb") as file:
            return GNUTranslations(file).gettext("hus")

    assert said("house", 1_000) == "house"
    os.utime(compiled, (2_000, 2_000))
    assert said("building", 1_999) == "house", "a compiled catalogue that is newer stays"
    assert said("building", 2_001) == "building"
    assert sorted(path.name for path in texts.parent.iterdir()) == ["messages.mo", "messages.po"]
