"""Checks by chance that every text with an @, pasted or in a file, is on a row of the preview."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.newcomers import rows_of
from tests.page_client import Page
from watch.invitations.forms.preview import sent_of
from watch.invitations.lists import NeighbourList, list_of_file, list_of_text
from watch.models import Person
from watch.signs import IN_ADDRESSES
from watch.tables import UnreadableTable

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# Domains and boxes in which a column's name may be seen: "mail", "telefon", "namn"
ADDRESS = st.one_of(
    st.from_regex(r"[a-z][a-z0-9._+-]{0,8}[a-z0-9]@[a-z]{1,6}\.(?:se|example)", fullmatch=True),
    st.from_regex(
        r"(?:anna|namn|mail|lgh1203)@(?:gmail\.com|hotmail\.com|telefon\.example|namn\.se)", fullmatch=True
    ),
)
NAME = st.sampled_from(
    [
        "",
        "Anna",
        "Åsa Öberg",
        "Ek, Anna",
        "Anna och Bo",
        "O'Brien",
        "محمد",
        "Anna\nEk",
        'Bo "Bosse" Ek',
        "Hus 3",
        "Şahin Yılmaz",
        "Łukasz",
        "Иван",
        "\u2067أحمد\u2069",
    ]
)
FLAT = st.sampled_from(["", "1203", "3 1203", "lgh 1203, port 3", "070-123 45 67", "Gatan 3\n507 52 Borås"])
ROW = st.tuples(
    NAME, st.lists(ADDRESS, max_size=3), FLAT, st.sampled_from([", ", "; ", "\n", " ", "/", " och "])
)
ROWS = st.lists(ROW, min_size=1, max_size=6)
HEADS = st.sampled_from(
    [
        None,
        ("Namn", "E-post", "Lägenhet"),
        ("Förnamn", "Mail", "Port"),
        ("Vem", "E\u2011post (privat)", "Var"),
        ("E-post", "Namn"),
        ("", "", ""),
        ("Make", "Hyresvärd", "E-post"),
    ]
)
ENCODINGS = st.sampled_from(
    [
        "utf-8",
        "utf-8-sig",
        "cp1252",
        "mac_roman",
        "cp850",
        "cp437",
        "cp857",
        "cp775",
        "cp852",
        "cp866",
        "cp1250",
        "cp1251",
        "cp1254",
        "cp1256",
        "cp1257",
    ]
)
QUOTING = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])


def cells_of(row: tuple[str, list[str], str, str]) -> list[str]:
    name, addresses, flat, between = row
    return [name, between.join(addresses), flat]


def seen_in(found: NeighbourList) -> str:
    """Return everything that the preview shows of a list."""
    return " ".join([*sent_of(found.people).values(), *found.unread]).casefold()


def missing(rows: list[Any], found: NeighbourList) -> list[str]:
    seen = seen_in(found)
    return [each for _n, addresses, _f, _b in rows for each in addresses if each not in seen]


@QUICK
@given(
    ROWS,
    HEADS,
    st.sampled_from(";,\t|"),
    ENCODINGS,
    QUOTING,
    st.sampled_from(["\r\n", "\n"]),
    st.booleans(),
)
def test_in_csv(
    rows: list[Any],
    head: tuple[str, ...] | None,
    delimiter: str,
    encoding: str,
    quoting: Any,
    end: str,
    sep: bool,
) -> None:
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows(([head] if head else []) + [cells_of(row) for row in rows])
    listed = (f"sep={delimiter}{end}" if sep else "") + text.getvalue()
    data = listed.encode(encoding, errors="replace")
    try:
        assert missing(rows, list_of_file(data)) == []
    except UnreadableTable:
        assert not any(addresses for _n, addresses, _f, _b in rows)
    assert missing(rows, list_of_text(listed)) == []


@settings(QUICK, max_examples=8)
@given(ROWS, HEADS, st.sets(st.integers(1, 6)), st.booleans(), st.sampled_from([0, 57, 250]))
def test_in_a_spreadsheet(
    rows: list[Any], head: tuple[str, ...] | None, empty: set[int], merged: bool, before: int
) -> None:
    """Also with empty rows, merged cells, and columns before those with the addresses."""
    assume(any(addresses for _n, addresses, _f, _b in rows))
    book = openpyxl.Workbook()
    place = 1
    for cells in ([head] if head else []) + [cells_of(row) for row in rows]:
        place += 2 if place in empty else 1
        for column, cell in enumerate(cells, start=before + 1):
            book.active.cell(place, column, cell)
    if merged:
        book.active.merge_cells(start_row=place + 1, end_row=place + 3, start_column=1, end_column=1)
    data = BytesIO()
    book.save(data)
    assert missing(rows, list_of_file(data.getvalue())) == []


@QUICK
@given(ROWS, st.sampled_from(["2.1", "3.0", "4.0"]), st.booleans(), st.booleans())
def test_on_contact_cards(rows: list[Any], version: str, is_last_open: bool, has_note: bool) -> None:
    lines: list[str] = []
    for name, addresses, flat, _between in rows:
        plain = name.replace("\n", "\\n").replace(",", "\\,")
        lines += ["BEGIN:VCARD", f"VERSION:{version}", f"FN:{plain}", f"N:;{plain};;;", f"X-FLAT:{flat!a}"]
        lines += [f"item1.EMAIL;TYPE=INTERNET:{each}" for each in addresses[:2]]
        lines += [f"NOTE:ring {each}" if has_note else f" {each}" for each in addresses[2:]]
        lines += ["END:VCARD"]
    text = "\r\n".join(lines[:-1] if is_last_open else lines)
    assert missing(rows, list_of_text(text)) == []
    assert missing(rows, list_of_file(text.encode())) == []


SIGNS = [
    *"<>\"'”()[]\t\n ;,،؛:/|&.!@=*_\\：。؟（）‹›、，；·…–",
    "\u202a",
    "\u202c",
    "\u2068",
    "\u2069",
    "\u200b",
    "\u00a0",
    "](",
    "&lt;",
]
WORDS = [
    "anna@gmail.com",
    "mail@namn.se",
    "Adress",
    "Boende",
    "a@x.se",
    "b.c@y.example",
    "å@x.se",
    "c@d",
    "Anna",
    "Ek,",
    "mailto:",
    "e-post:",
    "Port 3",
    "1203",
]
WORDS += [
    "anna@gmail.com",
    "mail@namn.se",
    "Adress",
    "Boende",
    "Namn",
    "E-post",
    "BEGIN:VCARD",
    "EMAIL:",
    "sep=;",
]
PIECES = st.sampled_from(SIGNS + WORDS)


@settings(QUICK, max_examples=200)
@given(st.lists(PIECES, max_size=14))
def test_in_any_text(pieces: list[str]) -> None:
    """Whatever stands around it, an address is there with its letters, to be invited or to be mended."""
    text = "".join(pieces)
    for read in (lambda: list_of_text(text), lambda: list_of_file(text.encode())):
        try:
            seen = seen_in(read())
        except UnreadableTable:
            continue
        plain = text.translate(IN_ADDRESSES).casefold()
        typed = re.findall(r"[a-zå.]*[a-zå]@[a-z]+(?:\.[a-z]+)?", plain)
        assert [each for each in typed if each.strip(".") not in seen.translate(IN_ADDRESSES)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Namn\tLägenhet\nanna@gmail.com\t21 1203\nbo@hotmail.com\t23 1101",
        "Namn\tAdress\nanna@gmail.com\tbo@hotmail.com",
        "Boende\tTelefon\nanna@gmail.com\t070-174 06 05\nbo@hotmail.com\t070-174 06 06",
        "Namn: Anna\nanna@gmail.com: bo@hotmail.com",
        "mailto:anna@gmail.com\nmailto:bo@hotmail.com",
    ],
)
def test_an_address_is_no_label_though_mail_stands_in_it(text: str) -> None:
    for found in (list_of_text(text), list_of_file(text.replace("\t", ";").encode())):
        assert {"anna@gmail.com", "bo@hotmail.com"} <= {each.address for each in found.people}


def test_through_the_page(look: Callable[..., Page], bengt: Person) -> None:
    """The page shows what the reader returns."""
    typed = [
        "Anna: a@x.se / b@y.se",
        "c@",
        "@d.se",
        "å@x.se",
        '"e@x.se',
        "Namn;E-post",
        "F (f@x.se), g@x.se.",
    ]
    on_rows = " ".join(" ".join(row) for row in rows_of(look(bengt, *typed)))
    wanted = ["a@x.se", "b@y.se", "c@", "@d.se", "å@x.se", "e@x.se", "f@x.se", "g@x.se"]
    assert [each for each in wanted if each not in on_rows] == []
