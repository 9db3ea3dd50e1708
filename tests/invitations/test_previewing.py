"""Checks the preview of pasted or uploaded lists: every row, its errors and its state."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Border, Side
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.factories import flat_of, make_invitation
from tests.newcomers import LOCKED, Statements, cures_of, invitations, rows_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.invitations.forms import inviting
from watch.invitations.lists import MOST_PEOPLE, NeighbourList, list_of_text
from watch.models import AuditEntry, Group, Mailbox, Person, Stairwell
from watch.xlsx_table import UnreadableWorkbook, XlsxLimits, visible_sheets

Look = Callable[..., Page]
TYPED_TWICE = "Adressen står också på rad 1."


def file(data: bytes | str, name: str = "grannar.csv") -> dict[str, Any]:
    """Return a file as chosen in the form."""
    return {"file": (BytesIO(data.encode() if isinstance(data, str) else data), name)}


def sheet(*rows: tuple[Any, ...], more: tuple[tuple[Any, ...], ...] = ()) -> dict[str, Any]:
    """Return an XLSX file with these rows; `more` is a second sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if more:
        second = book.create_sheet("Blad2")
        for row in more:
            second.append(row)
    data = BytesIO()
    book.save(data)
    return file(data.getvalue(), "grannar.xlsx")


@on_one_database
@pytest.mark.parametrize(
    ("pasted", "rows"),
    [
        ("Lina Svensson <lina@example.org>", [("Lina Svensson", "lina")]),
        ('"Ek, Lina" <lina@example.org>, Kim <kim@example.org>', [("Lina Ek", "lina"), ("Kim", "kim")]),
        ("<lina@example.org>; kim@example.org", [("–", "lina"), ("–", "kim")]),
        ("kim@example.org, Lina <lina@example.org>", [("–", "kim"), ("Lina", "lina")]),
        ("'kim@example.org' <kim@example.org>; Lina Ek <lina@example.org>;",
         [("–", "kim"), ("Lina Ek", "lina")]),
        ("Till: Lina Ek <lina@example.org>; 1. Kim <<kim@example.org>>",
         [("Lina Ek", "lina"), ("Kim", "kim")]),
        ('”Ek, Lina” <lina@example.org>; "Kim \\"Kimmen\\" Ek" <kim@example.org>',
         [("Lina Ek", "lina"), ('Kim "Kimmen" Ek', "kim")]),
        ("Lina (lina@example.org), [kim@example.org](mailto:kim@example.org).",
         [("Lina", "lina"), ("–", "kim")]),
        ("lina@example.org، kim@example.org؛", [("–", "lina"), ("–", "kim")]),
        ("kim@example.org <kim@example.org>", [("–", "kim")]),
        ("mailto:lina@example.org?subject=Hej", [("–", "lina")]),
        ("Lina <MAILTO:lina@example.org>", [("Lina", "lina")]),
        ("Lina < mailto:lina@example.org?cc=kim >", [("Lina", "lina")]),
        ("Lina Ek lina@example.org 1203", [("Lina Ek", "lina")]),
        ("a@example.org;b@example.org,c@example.org d@example.org", [("–", each) for each in "abcd"]),
        ("a@example.org\u00a0\tb@example.org,\r\n;A@example.org", [("–", "a"), ("–", "b"), ("–", "A")]),
        ("Namn\tE-post\r\nLina\tlina@example.org", [("Lina", "lina")]),
        ("Namn;E-post\r\nLina;lina@example.org", [("Lina", "lina")]),
    ],
)  # fmt: skip
def test_addresses_are_taken_as_they_are_pasted(
    pasted: str, rows: list[tuple[str, str]], look: Look, bengt: Person
) -> None:
    seen = look(bengt, pasted)
    found = [(row[2], row[1].removesuffix("@example.org").strip("'")) for row in rows_of(seen)]
    assert found == rows
    assert {row[4] for row in rows_of(seen)} <= {"Kan bjudas in", f"Står två gånger {TYPED_TWICE}"}


@pytest.mark.parametrize("pasted", ["Lina Svensson", "lina.example.org; kim", "<>", "Lina <kim>", '"'])
def test_a_line_without_an_address_says_so_once(pasted: str, look: Look, bengt: Person) -> None:
    seen = look(bengt, pasted)
    assert (seen.status, seen.main_actions) == (200, [])
    assert list(cures_of(seen).values()) == [
        "Det saknas ett @ i e-postadressen. Skriv till exempel namn@exempel.se."
    ]


def test_what_is_no_address_beside_one_that_is_has_to_be_mended(look: Look, bengt: Person) -> None:
    seen = look(bengt, "kim.example.org lina@example.org")
    assert [row[1::3] for row in rows_of(seen)] == [
        ("kim.example.org", "Behöver rättas"), ("lina@example.org", "Kan bjudas in"),
    ]  # fmt: skip


@on_one_database
@pytest.mark.parametrize(
    ("pasted", "beside"),
    [
        ("Karin karin@example.org port 3", "Karin, port 3"),
        ("Norrby Långgata 21 karin@example.org", "Norrby Långgata 21"),
        ("Norrby Långgata karin@example.org", "Norrby Långgata"),
        ("ring Karin karin@example.org", "ring Karin"),
        ("Karin och Bo karin@example.org", "Karin och Bo"),
        ("Huset karin@example.org", "Huset"),
        ('"Ek, Karin", karin@example.org, 070-123 45 67', "Ek, Karin, 070-123 45 67"),
        ("- karin@example.org", ""),
        ("E-post: karin@example.org", "E-post:"),
    ],
)
def test_words_beside_an_address_that_are_no_name_are_shown_and_guessed_to_be_nothing(
    pasted: str, beside: str, look: Look, bengt: Person
) -> None:
    """The coordinator fills in the name. Until then nobody is greeted by the name of a street."""
    seen = look(bengt, pasted)
    assert rows_of(seen) == [("1", "karin@example.org", "–", "–", "Kan bjudas in")]
    assert ("Bredvid stod: " + beside if beside else "Bredvid stod") in seen.text or not beside
    assert ("Bredvid stod" in seen.text) == bool(beside)
    assert (f"Bredvid stod: {beside}" in seen.press("Granska igen").text) == bool(beside)


@pytest.mark.parametrize(
    ("pasted", "name", "flat"),
    [
        ("Anna Berg anna@example.org", "Anna Berg", ""),
        ("1203 Anna Berg anna@example.org", "Anna Berg", "1203"),
        ("lgh 1203 Anna Berg anna@example.org", "Anna Berg", "lgh 1203"),
        ("Anna Berg lgh 1203 anna@example.org", "Anna Berg", "lgh 1203"),
        ("3 1203 Anna Berg anna@example.org", "Anna Berg", "3 1203"),
        ("Anna Berg, 1203, anna@example.org", "Anna Berg", "1203"),
        ("anna@example.org Anna Berg 1203", "Anna Berg", "1203"),
        ("anna@example.org, Anna Berg", "Anna Berg", ""),
        ("1203\tAnna Berg\tanna@example.org", "Anna Berg", "1203"),
        ("Anna Berg\tanna@example.org\t1203", "Anna Berg", "1203"),
        ("Namn\tE-post\tLägenhet\nAnna Berg\tanna@example.org\t1203", "Anna Berg", "1203"),
        ("anna berg anna.berg@example.org", "anna berg", ""),
        ("Anna anna@example.org", "Anna", ""),
        ("Carl von der Ek cve@example.org", "Carl von der Ek", ""),
        ("محمد علي m@example.org", "محمد علي", ""),
        ("Anna Berg <anna@example.org> 1203", "Anna Berg", "1203"),
        ("1203 anna@example.org", "", "1203"),
        ('"Öberg, Kurt" <kurt@example.org>', "Kurt Öberg", ""),
        ("Namn\tE-post\nvon der Ek, Carl Johan\tcarl@example.org", "Carl Johan von der Ek", ""),
        ("Namn\tE-post\nAnna, Kurt\tanna@example.org", "Anna, Kurt", ""),  # two people, one address
        ("Namn\tE-post\nAnna Berg, Kurt Ek\tanna@example.org", "Anna Berg, Kurt Ek", ""),
    ],
)
def test_a_name_and_a_flat_beside_an_address_are_filled_in(pasted: str, name: str, flat: str) -> None:
    read = list_of_text(pasted).people
    assert [(each.name, each.flat, each.beside) for each in read] == [(name, flat, "")]


def test_the_preview_shows_the_guess_in_fields_that_can_be_corrected(look: Look, bengt: Person) -> None:
    seen = look(bengt, "1203 Anna Berg anna@example.org", "Bo Ek bo@example.org, Lena Ek lena@example.org")
    form = seen.form()
    assert [(form[f"rows-{n}-name"], form[f"rows-{n}-address"]) for n in range(3)] == [
        ("Anna Berg", "anna@example.org"), ("Bo Ek", "bo@example.org"), ("Lena Ek", "lena@example.org"),
    ]  # fmt: skip
    assert form["rows-0-flat"] == "1203"


@pytest.mark.parametrize(
    "pasted",
    [
        "Anna Berg hemma@example.org\nBo Ek hemma@example.org",
        "Anna Berg hemma@example.org, Bo Ek hemma@example.org",
        "Anna Berg\themma@example.org\nBo Ek\themma@example.org",
        "Anna Berg <hemma@example.org>\nBo Ek hemma@example.org",
    ],
)
def test_another_name_on_an_address_is_asked_about_however_it_is_pasted(
    pasted: str, look: Look, bengt: Person
) -> None:
    seen = look(bengt, pasted)
    assert [row[1:3] for row in rows_of(seen)] == [
        ("hemma@example.org", "Anna Berg"), ("hemma@example.org", "Bo Ek"),
    ]  # fmt: skip
    assert "Adressen står också på rad 1. Bjud in Bo Ek också?" in seen.text


def test_looking_stores_nothing_but_that_somebody_looked(look: Look, outbox: Outbox, scene: Scene) -> None:
    before = db.session.scalar(select(func.count(Mailbox.id)))
    assert look(scene.bengt, "lina@example.org", "carin@example.org").main_actions == ["Skicka till 1 granne"]
    assert (invitations(), outbox.names()) == ([], [])
    assert db.session.scalar(select(func.count(Mailbox.id))) == before
    (trace,) = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "invitations-previewed"))
    assert (trace.by_id, trace.about_kind, trace.about_id) == (scene.bengt.id, "watch_group", scene.group.id)


def test_five_hundred_addresses_with_seventy_five_bad_ones(
    look: Look, bengt: Person, statements: Statements
) -> None:
    """All on one page, those to correct first. The number of statements does not grow with the list."""
    lines = [f"granne{n}@example.org" if n % 20 > 2 else f"granne{n}.example.org" for n in range(MOST_PEOPLE)]
    with statements() as few:
        look(bengt, *lines[:20])
    with statements() as many:
        seen = look(bengt, *lines)
    assert len(many) == len(few)
    assert "75 rader behöver rättas." in seen.text
    assert Counter(row[4] for row in rows_of(seen)) == {
        "Kan bjudas in": 100, "Får vänta": 325, "Behöver rättas": 75
    }  # fmt: skip
    assert (seen.main_actions, len(cures_of(seen))) == (["Skicka till 100 grannar"], 75)
    again = seen.press("Granska igen", {"rows-0-address": "mended@example.org"})
    assert rows_of(again)[0][1:] == ("mended@example.org", "–", "–", "Kan bjudas in")
    assert len(rows_of(again)) == MOST_PEOPLE
    left = again.press("Skicka till 100 grannar")
    assert len(rows_of(left)) == MOST_PEOPLE - 100


def test_of_more_it_is_said_how_many_they_are_and_nothing_typed_is_lost(look: Look, bengt: Person) -> None:
    lines = [f"granne{n}@example.org" for n in range(MOST_PEOPLE + 112)]
    seen = look(bengt, *lines)
    said = ["Listan har 612 rader. Högst 500 åt gången: dela den i flera."]
    assert (seen.status, seen.errors) == (422, said)
    assert seen.form(f"{seen.path}")["addresses"].split() == lines
    assert look(bengt, **file("\n".join(lines))).errors == said
    assert len(rows_of(look(bengt, *lines[:MOST_PEOPLE]))) == MOST_PEOPLE


def test_a_row_that_could_be_sent_is_corrected_too(look: Look, outbox: Outbox, bengt: Person) -> None:
    seen = look(bengt, "Lina <lina@exmaple.org>", "kim@example.org")
    again = seen.press("Granska igen", {"rows-0-address": "lina@example.org", "rows-0-name": "Lina Ek"})
    assert rows_of(again)[0][1:3] == ("lina@example.org", "Lina Ek")
    assert again.press("Skicka till 2 grannar").status == 303
    assert invitations() == [("lina@example.org", "open", None), ("kim@example.org", "open", None)]


def test_columns_are_found_by_their_names(look: Look, amina: Person, stairwell_3: Stairwell) -> None:
    """In Swedish, English, Arabic or Somali, in any order. Other columns are not read."""
    lists = [
        "Telefon;Namn;Port;Lägenhet;E-post\r\n0701234567;Lina;3;1203;lina@example.org\r\n",
        "E-mail,Name,Flat\r\nlina@example.org,Lina,3 1203\r\n",
        "البريد الإلكتروني,الاسم,رقم الشقة\nlina@example.org,Lina,Våglängdsgatan 3 1203\n",
        "Magac;Iimayl;Guri;Albaab\nLina;lina@example.org;1203;Våglängdsgatan 3\n",
    ]
    want = [("1", "lina@example.org", "Lina", "Våglängdsgatan 3, 1203", "Kan bjudas in")]
    assert [rows_of(look(amina, **file(each))) for each in lists] == [want] * 4
    of_sheet = sheet(("Namn", "E-post", "Port", "Lägenhet"), ("Lina", "lina@example.org", 3, 1203.0))
    assert rows_of(look(amina, **of_sheet)) == want


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_list_from_any_program_is_read(encoding: str, look: Look, bengt: Person) -> None:
    seen = look(bengt, **file("Namn;E-post\r\nÅsa Öberg;asa@example.org\r\n".encode(encoding)))
    assert rows_of(seen)[0][1:3] == ("asa@example.org", "Åsa Öberg")


def test_a_list_without_column_names_is_read_as_if_pasted(look: Look, bengt: Person) -> None:
    seen = look(bengt, **file("Lina;lina@example.org\nKim;kim@example.org\n"))
    assert [row[:3] for row in rows_of(seen)] == [
        ("1", "lina@example.org", "Lina"), ("2", "kim@example.org", "Kim"),
    ]  # fmt: skip


def zip_bomb() -> bytes:
    """Return a kilobyte that unpacks to 30 MB."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * (30 * 1024 * 1024))
    return data.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MANY = "E-post\n" + "".join(f"granne{n}@example.org\n" for n in range(2001))


@on_one_database
@pytest.mark.parametrize(
    ("chosen", "cure"),
    [
        (file(""), "Filen är tom."),
        (file(" \n\n"), "Filen är tom."),
        (file("E-post\n"), "Filen är tom."),
        (file("Namn;Telefon\nLina;0701234567\n"), "I listan finns inga e-postadresser."),
        (file("E-post\nlina@example.org\n".encode("utf-16")), "Filen har en teckenkodning"),
        (file("E-post\nlina@example.org\n".encode("utf-16-le")), "Filen har en teckenkodning"),
        (file(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "Filen är ingen lista, den är en bild."),
        (file(OLE + b"\0", "gammal.xls"), "Filen är ett kalkylblad av ett äldre slag."),
        (file(OLE + "EncryptedPackage".encode("utf-16-le")), "Kalkylbladet har ett lösenord."),
        (file(b"\xff\xd8\xff\xe0\0\x10JFIF\0@"), "Filen är ingen lista, den är en bild."),
        (file(b"PK\x03\x04 no zip at all", "x.xlsx"), "Kalkylbladet går inte att öppna."),
        (file(zip_bomb(), "x.xlsx"), "Filen är för stor eller går inte att läsa. Klistra in adresserna"),
        (file(b"a@example.org\n" * 80_000), "Listan är för stor."),
        (file(MANY), "Listan har 2 001 rader. Högst 500 åt gången"),
        (sheet(("E-post",), *[(f"a{n}@example.org",) for n in range(2001)]), "Listan har 2 001 rader."),
        (file("E-post\n" + "a@b.se\n" * 20_001), "Listan är för lång. Högst 500 rader"),
        (sheet(("Namn",), ("Lina",)), "I listan finns inga e-postadresser."),
        (sheet(("E-post",), ("a@example.org",), more=(("E-post",), ("b@example.org",))), "Flera blad har"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_says_what_to_do(
    chosen: dict[str, Any], cure: str, look: Look, bengt: Person
) -> None:
    data, name = chosen["file"]
    seen = look(bengt, file=(BytesIO(data.getvalue()), name), language="so", pass_on="transferable")
    assert seen.status == 422
    assert seen.errors[0].startswith(cure)
    assert len(seen.errors) == 1
    kept = seen.form()
    assert (kept["language"], kept["pass_on"]) == ("so", "transferable")


SHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LIMITS = XlsxLimits(rows=20_000)
MOST_UNPACKED, MEGABYTE = LIMITS.unpacked, 1024 * 1024
HEAVY = {
    "styles": ("xl/styles.xml", f"<styleSheet {SHEET}><cellXfs>", "<xf/>", "</cellXfs></styleSheet>"),
    "fonts": ("xl/styles.xml", f"<styleSheet {SHEET}><fonts>", "<font/>", "</fonts></styleSheet>"),
    "texts": ("xl/sharedStrings.xml", f"<sst {SHEET}>", "<si/>", "</sst>"),
    "cells": (
        "xl/worksheets/sheet1.xml", f"<worksheet {SHEET}><sheetData><row>", "<c/>",
        "</row></sheetData></worksheet>",
    ),
}  # fmt: skip


def heavy_sheet(part: str, unpacked: int) -> bytes:
    """Return a small spreadsheet with a list, one part of which unpacks to so many bytes."""
    name, begins, one, ends = HEAVY[part]
    (data, _name) = sheet(("E-post",), ("lina@example.org",))["file"]
    made = BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in {*old.namelist()} - {name, "[Content_Types].xml"}:
            new.writestr(each, old.read(each))
        texts = '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
        texts += 'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
        types = old.read("[Content_Types].xml").decode()
        new.writestr("[Content_Types].xml", types.replace("</Types>", texts) if part == "texts" else types)
        new.writestr(name, begins + one * (unpacked // len(one)) + ends)
    return made.getvalue()


def test_a_small_file_that_unpacks_to_a_large_one_says_what_to_do(look: Look, bengt: Person) -> None:
    seen = look(bengt, **file(heavy_sheet("styles", MOST_UNPACKED - MEGABYTE), "x.xlsx"))
    assert seen.status == 422
    assert seen.errors[0].startswith("Filen är för stor eller går inte att läsa. Klistra in adresserna")


@pytest.mark.parametrize("part", HEAVY)
def test_what_would_take_a_quarter_of_a_minute_or_half_a_gigabyte_is_ended(part: str) -> None:
    """Without limits the other process would read each of them and find the list."""
    data = heavy_sheet(part, MOST_UNPACKED - MEGABYTE)
    assert len(data) < 30_000
    with pytest.raises(UnreadableWorkbook, match="too_heavy"):
        visible_sheets(data, LIMITS)


def test_the_longest_list_of_a_spreadsheet_is_read(look: Look, bengt: Person) -> None:
    rows = [(f"granne{n}@example.org", f"Granne {n}", *["x" * 20] * 80) for n in range(MOST_PEOPLE)]
    seen = look(bengt, **sheet(("E-post", "Namn"), *rows))
    assert (seen.errors, len(rows_of(seen))) == ([], MOST_PEOPLE)


def test_nobody_waits_for_a_file_that_is_read(
    look: Look, bengt: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction is open while a file is read, because SQLite allows one writer at a time."""
    seen: list[bool] = []
    read = inviting.list_of_file

    def watched(data: bytes, name: str) -> NeighbourList:
        seen.append(db.session().in_transaction())
        return read(data, name)

    monkeypatch.setattr(inviting, "list_of_file", watched)
    assert look(bengt, **sheet(("E-post",), ("lina@example.org",))).status == 200
    assert seen == [False]


def test_a_title_may_stand_above_the_names_of_the_columns(look: Look, bengt: Person) -> None:
    want = [("1", "lina@example.org", "Lina", "–", "Kan bjudas in")]
    titled = ("Styrelsens lista 2026",), (), ("Namn", "E-post"), ("Lina", "lina@example.org")
    assert rows_of(look(bengt, **sheet(*titled))) == want
    for cells, line in (";", "\n"), (",", "\r\n"):
        assert rows_of(look(bengt, **file(line.join(cells.join(row) for row in titled)))) == want
    assert rows_of(look(bengt, *("\t".join(row) for row in titled))) == want
    # What stands above is no list: names of columns below an address are one of its rows.
    seen = look(bengt, **file("Lina;lina@example.org\nNamn;E-post\n"))
    assert [row[1] for row in rows_of(seen)] == ["lina@example.org", "Namn E-post"]


def test_text_and_file_at_once_are_one_too_many(look: Look, bengt: Person) -> None:
    seen = look(bengt, "lina@example.org", **file("E-post\nkim@example.org\n"))
    assert seen.errors == ["Klistra in adresser eller välj en fil, inte båda."]
    assert seen.form()["addresses"] == "lina@example.org"


def test_of_two_sheets_the_one_with_addresses_is_read(look: Look, bengt: Person) -> None:
    seen = look(bengt, **sheet(("Städschema",), ("vecka 12",), more=(("E-post",), ("lina@example.org",))))
    assert [row[1] for row in rows_of(seen)] == ["lina@example.org"]


def test_formulas_are_text_or_what_they_came_to(look: Look, bengt: Person) -> None:
    link = '=HYPERLINK("mailto:lina@example.org")'
    of_csv = look(bengt, **file(f"E-post;Namn\n{link};Lina\nkim@example.org;=1+1\n"))
    assert [row[1:] for row in rows_of(of_csv)] == [
        ("lina@example.org", "Lina", "–", "Kan bjudas in"), ("kim@example.org", "–", "–", "Kan bjudas in"),
    ]  # fmt: skip
    # A formula that no program has worked out holds nothing: its row says that the address is missing.
    of_sheet = look(bengt, **sheet(("Namn", "E-post"), ("Lina", link), ("Kim", "kim@example.org")))
    assert [row[1:3] for row in rows_of(of_sheet)] == [("", "Lina"), ("kim@example.org", "Kim")]
    assert cures_of(of_sheet) == {"rows-0-address": "Skriv en e-postadress."}


def test_a_row_with_a_wrong_quote_is_read_as_a_line(look: Look, bengt: Person) -> None:
    seen = look(bengt, **file('E-post;Namn\n"lina@example.org;Lina\nkim@example.org;Kim\n'))
    assert [row[1:] for row in rows_of(seen)] == [
        ("lina@example.org", "Lina", "–", "Kan bjudas in"), ("kim@example.org", "Kim", "–", "Kan bjudas in"),
    ]  # fmt: skip
    seen = look(bengt, **file('"Ek, Lina" <lina@example.org>\n"Kim" <kim@example.org>, mio@example.org\n'))
    assert [row[1:3] for row in rows_of(seen)] == [
        ("lina@example.org", "Lina Ek"), ("kim@example.org", "Kim"), ("mio@example.org", "–"),
    ]  # fmt: skip


def test_a_cell_may_hold_line_breaks_and_several_people(
    look: Look, amina: Person, stairwell_3: Stairwell
) -> None:
    """Each has the name that is in the address; of others the coordinator chooses. One row has the flat."""
    listed = 'Namn;E-post;Port;Lägenhet\n"Lina\nEk";lina@example.org;"3";1203\n'
    listed += (
        'Kim och Mio;"kim@example.org\nmio@example.org";3;1202\nNils & Olle;n@example.org, o@example.org;;'
    )
    seen = look(amina, **file(listed))
    assert [row[1:4] for row in rows_of(seen)] == [
        ("lina@example.org", "Lina Ek", "Våglängdsgatan 3, 1203"),
        ("kim@example.org", "Kim", "Våglängdsgatan 3, 1202"), ("mio@example.org", "Mio", "–"),
        ("n@example.org", "–", "–"), ("o@example.org", "–", "–"),
    ]  # fmt: skip
    assert seen.text.count("Bredvid stod: Nils & Olle") == 2


@on_one_database
@pytest.mark.parametrize(
    ("listed", "addresses"),
    [
        ("E-post;Mejl\na@example.org;b@example.org\n", "a b"),
        ("Namn;E-post\nAnna och Bo;a@example.org; b@example.org\n", "a b"),
        ("E-post\ta@example.org\n", "a"),
        ("Namn\tAnna\nE-post\ta@example.org\nLägenhet\t1203\n", "a"),
        ("Email\ta@example.org\tAnna\nb@example.org\tBo\n", "a b"),
        ("BEGIN:VCARD\nEMAIL;TYPE=INTERNET;TYPE=HOME:a@example.org\nEND:VCARD\n", "a"),
        ("First Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value\n"
         "Anna,* Home,a@example.org,b@example.org\n", "a b"),
        ("Namn;E\u2011post (privat)\nAnna;a@example.org\n", "a"),
        ('"Anna; a@example.org\n"Bo";b@example.org\n', "a b"),
        ("bo @example.org, Anna a@example.org\n", "a"),
        ("Anna och Bo: a@example.org/b@example.org\n", "a b"),
    ],
)  # fmt: skip
def test_whatever_has_an_at_sign_is_on_a_row(listed: str, addresses: str, look: Look, bengt: Person) -> None:
    for seen in look(bengt, *listed.splitlines()), look(bengt, **file(listed)):
        on_rows = " ".join(" ".join(row) for row in rows_of(seen))
        typed = re.findall(r"[^\s,;:\"/]*@[^\s,;/]*", listed)
        assert [each for each in typed if each not in on_rows] == []
        can_be_invited = [row[1] for row in rows_of(seen) if row[4] == "Kan bjudas in"]
        assert can_be_invited == [f"{each}@example.org" for each in addresses.split()]


def test_addresses_in_columns_for_something_else_are_named_and_not_invited(look: Look, bengt: Person) -> None:
    seen = look(bengt, **file("E-post;Hyresvärd\nlina@example.org;info@landlord.example\n"))
    assert [row[1] for row in rows_of(seen)] == ["lina@example.org"]
    assert "1 adress står i en kolumn som vi inte läser, och är inte med: info@landlord.example" in seen.text


def hidden_sheet() -> dict[str, Any]:
    """Return a spreadsheet with a hidden row, column and sheet, and a tick instead of a name."""
    book = openpyxl.Workbook()
    for row in ("Namn", "E-post", "Port"), (True, "lina@example.org", "9"), ("Kim", "kim@example.org", "9"):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.active["A5000"].border = Border(top=Side("thin"))
    second = book.create_sheet("Gamla")
    second.append(("mio@example.org",))
    second.sheet_state = "hidden"
    data = BytesIO()
    book.save(data)
    return file(data.getvalue(), "grannar.xlsx")


def test_what_is_hidden_in_a_spreadsheet_is_left_out_and_counted(look: Look, bengt: Person) -> None:
    seen = look(bengt, **hidden_sheet())
    assert rows_of(seen) == [("1", "lina@example.org", "–", "–", "Kan bjudas in")]
    assert "2 dolda rader och kolumner i filen är inte med." in seen.text


@on_one_database
@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("a\u2066b", None),  # signs that nobody sees are dropped
        ("Li\u200bna", None),
        ("x" * 300, "Namnet är för långt. Högst 60 tecken."),
        ("Lina 811218-9876", "Det ser ut som ett personnummer."),
        ("Lina www.evil.example", "Skriv bara ett namn"),
        ("Lina =?utf-8?q?Ek?=", "Teckenföljden =? … ?= kan inte skickas."),
        ("Li\u2028na", None),  # a line break is a space
        ("   ", None),
    ],
)
def test_names_are_held_to_the_rules_of_names(name: str, cure: str | None, look: Look, bengt: Person) -> None:
    seen = look(bengt, **sheet(("E-post", "Namn"), ("lina@example.org", name)))
    said = cures_of(seen).get("rows-0-name")
    assert (said is None) if cure is None else str(said).startswith(cure)


def test_characters_that_no_page_can_show_are_named(look: Look, bengt: Person) -> None:
    listed = "Namn;E-post\nLi\x07na;lina@example.org\nKim;ki\ufffdm@example.org\n"
    seen = look(bengt, **file(listed))
    assert cures_of(seen) == {
        "rows-0-name": "En bokstav går inte att läsa. Skriv den igen.",
        "rows-1-address": "En bokstav går inte att läsa. Skriv den igen.",
    }


def test_a_lost_letter_in_a_paste_is_marked_where_it_stands(look: Look, bengt: Person) -> None:
    seen = look(bengt, addresses="T\ufffdnu Ek <tonu@example.org>\nBo <bo@example.org>")
    assert cures_of(seen) == {"rows-0-name": "En bokstav går inte att läsa. Skriv den igen."}
    assert [row[2] for row in rows_of(seen)] == ["T\ufffdnu Ek", "Bo"]


@on_one_database
@pytest.mark.parametrize(
    ("flat", "cure"),
    [
        ("1203", "Flera portar har den lägenheten. Skriv porten först"),
        ("3 1203", None),
        ("port 3, lgh 1203", None),
        ("våglängdsgatan 3 1203", None),
        ("3/1203", None),
        ("31203", "Lägenheten finns inte i dina portar."),
        ("5 1203", "Lägenheten finns inte i dina portar."),
        ("3 1299", "Lägenheten finns inte i dina portar."),
        ("längst upp", "Lägenheten finns inte i dina portar."),
        ("8112189876", "Det ser ut som ett personnummer."),
        ("3 1203" + "x" * 200, "Texten är för lång."),
    ],
)
def test_a_flat_is_found_as_people_write_it(
    flat: str, cure: str | None, look: Look, amina: Person, stairwell_3: Stairwell
) -> None:
    seen = look(amina, **file(f'E-post,Lägenhet\nlina@example.org,"{flat}"\n'))
    said = cures_of(seen).get("rows-0-flat")
    assert (said is None) if cure is None else str(said).startswith(cure)
    if cure is None:
        assert rows_of(seen)[0][3] == "Våglängdsgatan 3, 1203"


def test_in_one_stairwell_the_number_is_enough_and_others_stairwells_are_no_choice(
    look: Look, bengt: Person, stairwell_1: Stairwell
) -> None:
    seen = look(bengt, **file("E-post,Lägenhet\na@example.org,1203\nb@example.org,1 1203\n"))
    assert [row[3] for row in rows_of(seen)] == ["Våglängdsgatan 3, 1203", "1 1203"]
    assert list(cures_of(seen)) == ["rows-1-flat"]


def test_the_same_flat_or_address_twice(look: Look, outbox: Outbox, bengt: Person) -> None:
    listed = "E-post,Lägenhet\na@example.org,1203\nb@example.org,1203\nA@example.org,1202\n"
    seen = look(bengt, **file(listed))
    assert [row[4] for row in rows_of(seen)] == [
        "Kan bjudas in", "Behöver rättas", f"Står två gånger {TYPED_TWICE}",
    ]  # fmt: skip
    assert cures_of(seen)["rows-1-flat"].startswith("Lägenheten står också på rad 1.")
    mended = seen.press("Granska igen", {"rows-1-flat": ""})
    assert mended.press("Skicka till 2 grannar").status == 303
    assert invitations() == [("a@example.org", "open", "1203"), ("b@example.org", "open", None)]


def test_a_personnummer_is_refused_wherever_it_stands(look: Look, bengt: Person) -> None:
    seen = look(bengt, "lina@example.org 811218-9876", "Kim 8112189876 <kim@example.org>")
    assert [cure[:33] for cure in cures_of(seen).values()] == ["Det ser ut som ett personnummer. "] * 2


@on_one_database
@pytest.mark.parametrize(
    "sent",
    [{}, {"rows-500-address": "a@example.org"}, {"rows-x-address": "a@example.org"}, {"rows-0-name": "Lina"},
     {"rows-0-address": ""}, {"rows-0-address": "x" * 5000, "rows-0-beside": "y" * 5000},
     {"carried": "[[1]]"}],
)  # fmt: skip
def test_rows_that_are_not_of_our_making_do_no_harm(
    sent: dict[str, str], client: PageClient, outbox: Outbox, group: Group, bengt: Person
) -> None:
    for path in ("preview", ""):
        form = LOCKED | sent | {"count": "0", "form_key": "x"}
        page = client.post(f"/groups/{group.id}/invitations/{path}".rstrip("/"), form, as_=bengt)
        assert (page.status, page.main_actions) == (200, [])
    assert (outbox.names(), invitations()) == ([], [])


def test_more_than_a_form_can_bring_back_is_refused_at_once(look: Look, bengt: Person) -> None:
    lines = [f"{'å' * 290};granne{n}@example.org\n" for n in range(MOST_PEOPLE)]
    seen = look(bengt, **file("Namn;E-post\n" + "".join(lines)))
    assert (seen.status, seen.errors) == (422, ["Listan är för stor. Högst 1 MB: dela den i två."])


def test_five_hundred_rows_come_back_and_no_more_fields_than_they_have(
    look: Look, client: PageClient, bengt: Person
) -> None:
    beside = [f"Granne {n} granne{n}@example.org" for n in range(MOST_PEOPLE)]
    seen = look(bengt, *beside)
    again = seen.press("Granska igen")
    assert (again.status, len(rows_of(again))) == (200, MOST_PEOPLE)
    more = {f"more-{n}": "" for n in range(700)}
    assert seen.press("Granska igen", more).status == 413


def test_every_state_beside_the_others(look: Look, scene: Scene) -> None:
    make_invitation(scene.group, "nina@example.org", flat=flat_of(scene.stairwell_3, "1203"), by=scene.bengt)
    typed = [f"{name}@example.org" for name in ("lina", "carin", "nina")]
    seen = look(scene.bengt, *typed, "x", "lina@example.org")
    assert [row[4] for row in rows_of(seen)] == [
        "Kan bjudas in", "Redan med", "Redan inbjuden", "Behöver rättas", f"Står två gånger {TYPED_TWICE}",
    ]  # fmt: skip


def test_the_rows_are_not_lost_with_the_language(look: Look, bengt: Person, client: PageClient) -> None:
    seen = look(bengt, "Lina <lina@example.org>", "Kim Ek kim@example.org", "mio.example.org")
    typed = {name: value for name, value in seen.form("/language").items() if name != "csrf_token"}
    asked = client.post("/language", typed | {"language": "so"}, as_=bengt)
    kept = {each: asked.form()[each] for each in ("addresses", "language", "pass_on")}
    again = client.post(f"{seen.path}", kept, as_=bengt)
    assert [row[1:3] for row in rows_of(again)] == [
        ("lina@example.org", "Lina"), ("kim@example.org", "Kim Ek"), ("mio.example.org", ""),
    ]  # fmt: skip


def test_files_are_read_twenty_times_an_hour_and_pasting_goes_on(look: Look, bengt: Person) -> None:
    seen = [look(bengt, **file(b"lina@example.org", "x.csv")).status for _ in range(21)]
    assert (seen[-2:], set(seen[:20])) == ([200, 429], {200})
    assert look(bengt, "lina@example.org").status == 200
