"""Checks lists as people copy them: hidden and escaped cells, cards, and signs of all scripts."""

from __future__ import annotations

import zipfile
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from tests.newcomers import rows_of
from tests.page_client import Page
from watch.invitations.lists import list_of_file, list_of_text
from watch.models import Person


def people(text: str | bytes) -> list[tuple[str, str]]:
    found = list_of_text(text) if isinstance(text, str) else list_of_file(text)
    return [(each.name, each.address) for each in found.people]


ROWS = [["Namn", "E-post", "E-post 2"], ["Anna", "a@x.se", "a2@x.se"], ["Bo", "b@x.se", "b2@x.se"]]


def workbook(change: Callable[[Any], object], rows: list[list[str]] = ROWS) -> bytes:
    book, data = openpyxl.Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    change(book.active)
    book.save(data)
    made = BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():  # the library writes no height or width of 0
            new.writestr(name, old.read(name).replace(b'"7.5"', b'"0"'))
    return made.getvalue()


@pytest.mark.parametrize("how", ["hidden", "no height", "grouped"])
def test_a_hidden_row_is_left_out_and_counted(how: str) -> None:
    def hide(sheet: Any) -> None:
        if how == "grouped":
            sheet.row_dimensions.group(2, 2, hidden=True)
        elif how == "hidden":
            sheet.row_dimensions[2].hidden = True
        else:
            sheet.row_dimensions[2].height = 7.5

    found = list_of_file(workbook(hide))
    assert ([each.address for each in found.people], found.hidden) == (["b@x.se", "b2@x.se"], 1)


@pytest.mark.parametrize("how", ["hidden", "no width", "grouped"])
def test_a_hidden_column_is_left_out_and_counted(how: str) -> None:
    def hide(sheet: Any) -> None:
        if how == "grouped":
            sheet.column_dimensions.group("C", "D", hidden=True)
        elif how == "hidden":
            sheet.column_dimensions["C"].hidden = True
        else:
            sheet.column_dimensions["C"].width = 7.5

    found = list_of_file(workbook(hide))
    assert ([each.address for each in found.people], found.hidden) == (["a@x.se", "b@x.se"], 1)


def test_an_address_behind_the_words_of_a_cell_is_read() -> None:
    def link(sheet: Any) -> None:
        sheet["B2"].hyperlink = "mailto:a@x.se?cc=c@x.se"
        sheet["B3"].hyperlink = "mailto:b@x.se"
        sheet["A3"].hyperlink = "https://x.se"

    rows = [["Namn", "E-post"], ["Anna", "Mejla Anna"], ["Bo", "b@x.se"]]
    assert people(workbook(link, rows)) == [("Anna", "a@x.se"), ("", "c@x.se"), ("Bo", "b@x.se")]
    rows[1][0] = ""
    assert people(workbook(link, rows)) == [("Anna", "a@x.se"), ("", "c@x.se"), ("Bo", "b@x.se")]


def test_that_only_hidden_cells_have_addresses_is_said(look: Callable[..., Page], bengt: Person) -> None:
    def hide(sheet: Any) -> None:
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions["C"].width = 7.5

    seen = look(bengt, file=(BytesIO(workbook(hide)), "x.xlsx"))
    assert "Adresserna står i dolda rader eller kolumner, som vi inte läser." in seen.text


@pytest.mark.parametrize(
    ("cell", "name"),
    [("Anna_x000D_\nEk", "Anna Ek"), ("Anna_x000A_Ek", "Anna Ek"), ("Anna_x000B_Ek", "Anna Ek"),
     ("Anna_x0009_Ek", "Anna Ek"), ("Anna_x000d_Ek", "Anna Ek"), ("_x0041_nna", "Anna"),
     ("Anna_x005F_x000D_", "Anna_x000D_"), ("Anna_xyz_", "Anna_xyz_")],
)  # fmt: skip
def test_escapes_in_cells_are_characters(cell: str, name: str) -> None:
    rows = [["Namn", "E-post"], [cell, "a@x.se_x000D_"]]
    assert people(workbook(lambda sheet: None, rows)) == [(name, "a@x.se")]


def card(*lines: str) -> str:
    return "\n".join(["BEGIN:VCARD", *lines, "END:VCARD", ""])


OF_ANNA = b64encode(b"anna@a.example").decode()


@pytest.mark.parametrize(
    "text",
    [
        card("VERSION:3.0", "FN:Anna", f"EMAIL;ENCODING=b:{OF_ANNA}"),
        card("VERSION:2.1", "N:;Anna", f"EMAIL;INTERNET;ENCODING=BASE64:{OF_ANNA}"),
        card("VERSION:2.1", "N:;Anna", f"EMAIL;BASE64:\n  {OF_ANNA}\n"),
        card("VERSION:2.1", "FN;CHARSET=Windows-1252:Anna", "EMAIL;QUOTED-PRINTABLE:anna=40a.example"),
        card("VERSION:4.0", "", "EMAIL;PREF=1:mailto:anna@a.example", "", "FN:Anna"),
        card("VERSION:3.0", "FN:Anna", "item1.EMAIL;type=INTERNET:anna@\n a.example"),
        "Här är kortet\n\n" + card("VERSION:3.0", "FN:Anna", "EMAIL:anna@a.example"),
        "E-post: anna@a.example\n\nNamn: Anna",
    ],
)
def test_a_card_is_read(text: str) -> None:
    assert people(text) == people(text.encode()) == [("Anna", "anna@a.example")]


def test_cards_of_labels_may_begin_with_the_address_and_have_empty_lines() -> None:
    text = "E-post: a@x.se\n\nNamn: Anna\n\nE-post: b@x.se\n\nNamn: Bo"
    assert people(text) == [("Anna", "a@x.se"), ("Bo", "b@x.se")]


@pytest.mark.parametrize("sign", "：。｡؟（）‹›،؛、，；！？·•–—…|/「」【】۔")
def test_addresses_with_a_sign_of_any_script_between_them(sign: str) -> None:
    addresses = [("", "a@x.se"), ("", "b@y.se"), ("", "c@z.se")]
    assert people(f"a@x.se{sign}b@y.se{sign} c@z.se{sign}") == addresses


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Anna（a@x.se）、Bo（b@x.se）", [("Anna", "a@x.se"), ("Bo", "b@x.se")]),
        ("a＠x.se", [("", "a@x.se")]),
        ("\u2067Anna Ek\u2069 <\u202aa@x.se\u202c>", [("Anna Ek", "a@x.se")]),
        ("\u2068a@x.se, mailto:\u202ab@x.se\u202c", [("", "a@x.se"), ("", "b@x.se")]),
        ("\u202bأحمد\u202c <a@x.se>", [("أحمد", "a@x.se")]),
    ],
)
def test_signs_of_other_widths_and_of_direction(text: str, found: list[tuple[str, str]]) -> None:
    assert people(text) == found


def test_a_name_between_signs_of_direction_can_be_invited(look: Callable[..., Page], bengt: Person) -> None:
    seen = look(bengt, "Namn;E-post", "\u2067أحمد\u2069;\u202aa@x.example\u202c")
    assert rows_of(seen) == [("1", "a@x.example", "أحمد", "–", "Kan bjudas in")]
