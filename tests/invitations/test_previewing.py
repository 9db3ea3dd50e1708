"""Before anything is sent: what was pasted or read from a file, row by row, and what is wrong with it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_invitation
from tests.newcomers import LOCKED, Statements, cures_of, invitations, rows_of
from tests.page_client import Page, PageClient
from watch.extensions import db
from watch.invitations.forms import inviting
from watch.invitations.pasting import Typed, pasted_in
from watch.invitations.workbook import MOST_UNPACKED, UnreadableWorkbook, sheets_of
from watch.models import AuditEntry, Group, Mailbox, Person, Stairwell

Look = Callable[..., Page]
TYPED_TWICE = "Adressen står också på rad 1."


def file(data: bytes | str, name: str = "grannar.csv") -> dict[str, Any]:
    """A file that was chosen in the form."""
    return {"file": (BytesIO(data.encode() if isinstance(data, str) else data), name)}


def sheet(*rows: tuple[Any, ...], more: tuple[tuple[Any, ...], ...] = ()) -> dict[str, Any]:
    """An XLSX file with these rows; with `more`, on a second sheet."""
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


@pytest.mark.parametrize(
    ("pasted", "rows"),
    [
        ("Lina Svensson <lina@example.org>", [("Lina Svensson", "lina")]),
        ('"Ek, Lina" <lina@example.org>, Kim <kim@example.org>', [("Ek, Lina", "lina"), ("Kim", "kim")]),
        ("<lina@example.org>; kim@example.org", [("–", "lina"), ("–", "kim")]),
        ("kim@example.org, Lina <lina@example.org>", [("–", "kim"), ("Lina", "lina")]),
        ("'kim@example.org' <kim@example.org>; Lina Ek <lina@example.org>;",
         [("–", "kim"), ("Lina Ek", "lina")]),
        ("kim@example.org <kim@example.org>", [("–", "kim")]),
        ("mailto:lina@example.org?subject=Hej", [("–", "lina")]),
        ("Lina <MAILTO:lina@example.org>", [("Lina", "lina")]),
        ("Lina < mailto:lina@example.org?cc=kim >", [("Lina", "lina")]),
        ("Lina Ek lina@example.org 1203", [("Lina Ek", "lina")]),
        ("a@example.org;b@example.org,c@example.org d@example.org", [("–", each) for each in "abcd"]),
        ("a@example.org\u00a0\tb@example.org,\r\n;A@example.org", [("–", "a"), ("–", "b"), ("–", "A")]),
        ("Namn\tE-post\r\nLina\tlina@example.org", [("Lina", "lina")]),
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


@pytest.mark.parametrize(
    ("pasted", "row"),
    [
        ("Karin karin@example.org port 3", ("karin@example.org", "Karin", "–")),
        ("karin@example.org port 3", ("karin@example.org", "–", "–")),
        ("Karin;karin@example.org;1203", ("karin@example.org", "Karin", "3, 1203")),
        ("karin@example.org, Karin Ek", ("karin@example.org", "Karin Ek", "–")),
        ("Karin; karin@example.org; port 3; 1203", ("karin@example.org", "Karin", "3, 1203")),
        ("karin@example.org Storgatan 3 1203", ("karin@example.org", "–", "3, 1203")),
        ("3 1203 Karin Ek karin@example.org", ("karin@example.org", "Karin Ek", "3, 1203")),
        ('"Ek, Karin", karin@example.org, 070-123 45 67', ("karin@example.org", "Ek Karin", "–")),
    ],
)
def test_words_beside_an_address_are_its_name_and_flat(
    pasted: str, row: tuple[str, str, str], look: Look, bengt: Person
) -> None:
    """One neighbour is one row; of the rest nothing is kept."""
    ((_number, address, name, flat, state),) = rows_of(look(bengt, pasted))
    assert (address, name, flat.removeprefix("Våglängdsgatan ")) == row
    assert state == "Kan bjudas in"


def test_a_stairwell_that_is_another_ones_is_not_left_out(look: Look, bengt: Person) -> None:
    ((*_cells, state),) = rows_of(look(bengt, "Karin karin@example.org port 5 1203"))
    assert state == "Behöver rättas"


def test_looking_stores_nothing_but_that_somebody_looked(look: Look, outbox: Outbox, scene: Scene) -> None:
    before = db.session.scalar(select(func.count(Mailbox.id)))
    assert look(scene.bengt, "lina@example.org", "carin@example.org").main_actions == ["Bjud in 1"]
    assert (invitations(), outbox.names()) == ([], [])
    assert db.session.scalar(select(func.count(Mailbox.id))) == before
    (trace,) = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "invitations-previewed"))
    assert (trace.by_id, trace.about_kind, trace.about_id) == (scene.bengt.id, "watch_group", scene.group.id)


def test_two_thousand_addresses_with_three_hundred_bad_ones(
    client: PageClient, look: Look, bengt: Person, statements: Statements
) -> None:
    """Fifty a page, searched and filtered like a list; what it asks of the database does not grow."""
    lines = [f"granne{n}@example.org" if n % 20 > 2 else f"granne{n}.example.org" for n in range(2000)]
    with statements() as few:
        look(bengt, *lines[:20])
    with statements() as many:
        seen = look(bengt, *lines)
    assert len(many) == len(few)
    assert "300 rader behöver rättas." in seen.text
    assert [button for button in seen.buttons if button[-1].isdigit()] == [
        "Alla 2000", "Kan bjudas in 100", "Får vänta 1600", "Behöver rättas 300", "Bjud in 100",
    ]  # fmt: skip
    assert len(rows_of(seen)) == 50
    bad = seen.press("Behöver rättas 300")
    assert [row[0] for row in rows_of(bad)][:4] == ["1", "2", "3", "21"]
    after = bad.press("Nästa", {"address-0": "mended@example.org"})
    assert len(rows_of(after)) == 50
    assert {row[4] for row in rows_of(after)} == {"Behöver rättas"}
    assert "299 rader behöver rättas." in after.text
    assert [row[0] for row in rows_of(after.press("Föregående"))][:3] == ["2", "3", "21"]
    found = after.press("Alla 2000").press("Sök", {"q": "MENDED"})
    assert [row[:2] for row in rows_of(found)] == [("1", "mended@example.org")]
    assert "Ingen rad stämmer" in found.press("Sök", {"q": "zzz"}).text


def test_columns_are_found_by_their_names(look: Look, amina: Person, stairwell_3: Stairwell) -> None:
    """In Swedish, English, Arabic or Somali, in any order; others are not read."""
    lists = [
        "Telefon;Namn;Port;Lägenhet;E-post\r\n0701234567;Lina;3;1203;lina@example.org\r\n",
        "E-mail,Name,Flat\r\nlina@example.org,Lina,3 1203\r\n",
        "البريد الإلكتروني,الاسم,رقم الشقة\nlina@example.org,Lina,Våglängdsgatan 3 1203\n",
        "Magac;Iimayl;Guri;Albaab\nLina;lina@example.org;1203;Våglängdsgatan 3\n",
    ]
    want = [("2", "lina@example.org", "Lina", "Våglängdsgatan 3, 1203", "Kan bjudas in")]
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
    """A kilobyte that unpacks to 30 MB."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * (30 * 1024 * 1024))
    return data.getvalue()


MANY = "E-post\n" + "".join(f"granne{n}@example.org\n" for n in range(2001))


@pytest.mark.parametrize(
    ("chosen", "cure"),
    [
        (file(""), "Filen är tom."),
        (file(" \n\n"), "Filen är tom."),
        (file("E-post\n"), "Filen är tom."),
        (file("Namn;Telefon\nLina;0701234567\n"), "I listan finns inga e-postadresser."),
        (file("E-post;Mejl\na@example.org;b@example.org\n"), "Två kolumner heter E-post."),
        (file("E-post\nlina@example.org\n".encode("utf-16")), "Filen har en teckenkodning"),
        (file("E-post\nlina@example.org\n".encode("utf-16-le")), "Filen har en teckenkodning"),
        (file(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "Filen är ingen lista."),
        (file(b"\xd0\xcf\x11\xe0\xa1\xb1", "gammal.xls"), "Filen är ett kalkylblad av ett äldre slag."),
        (file(b"PK\x03\x04 no zip at all", "x.xlsx"), "Kalkylbladet går inte att öppna."),
        (file(zip_bomb(), "x.xlsx"), "Filen är för stor eller går inte att läsa. Klistra in adresserna"),
        (file(b"a@example.org\n" * 80_000), "Listan är för stor."),
        (file(MANY), "Listan är för lång."),
        (sheet(("E-post",), *[(f"a{n}@example.org",) for n in range(2001)]), "Listan är för lång."),
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
NAMED = '<row><c t="inlineStr"><is><t>E-post</t></is></c></row>'
MEGABYTE = 1024 * 1024
HEAVY = {
    "styles": ("xl/styles.xml", f"<styleSheet {SHEET}><cellXfs>", "<xf/>", "</cellXfs></styleSheet>"),
    "fonts": ("xl/styles.xml", f"<styleSheet {SHEET}><fonts>", "<font/>", "</fonts></styleSheet>"),
    "texts": ("xl/sharedStrings.xml", f"<sst {SHEET}>", "<si/>", "</sst>"),
    "cells": (
        "xl/worksheets/sheet1.xml", f"<worksheet {SHEET}><sheetData><row>", "<c/>",
        "</row></sheetData></worksheet>",
    ),
    "rows": (
        "xl/worksheets/sheet1.xml", f"<worksheet {SHEET}><sheetData>{NAMED}", "<row/>",
        "</sheetData></worksheet>",
    ),
}  # fmt: skip


def heavy_sheet(part: str, unpacked: int) -> bytes:
    """A few kilobytes that are a spreadsheet with a list, and unpack to so many bytes of one of its parts."""
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
    """Without its limits the other process would read each of them, and find the list."""
    data = heavy_sheet(part, MOST_UNPACKED - MEGABYTE)
    assert len(data) < 30_000
    with pytest.raises(UnreadableWorkbook, match="too_many_rows" if part == "rows" else "too_heavy"):
        sheets_of(data, 2001)


def test_the_longest_list_of_a_spreadsheet_is_read(look: Look, bengt: Person) -> None:
    rows = [(f"granne{n}@example.org", f"Granne {n}", *["x" * 20] * 20) for n in range(2000)]
    seen = look(bengt, **sheet(("E-post", "Namn"), *rows))
    assert (seen.errors, "Alla 2000" in seen.buttons) == ([], True)


def test_nobody_waits_for_a_file_that_is_read(
    look: Look, bengt: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction is open meanwhile: SQLite has one writer at a time."""
    seen: list[bool] = []
    read = inviting.rows_of_file

    def watched(data: bytes) -> list[Typed]:
        seen.append(db.session().in_transaction())
        return read(data)

    monkeypatch.setattr(inviting, "rows_of_file", watched)
    assert look(bengt, **sheet(("E-post",), ("lina@example.org",))).status == 200
    assert seen == [False]


def test_a_title_may_stand_above_the_names_of_the_columns(look: Look, bengt: Person) -> None:
    want = [("4", "lina@example.org", "Lina", "–", "Kan bjudas in")]
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
        (link, "Lina", "", "Behöver rättas"), ("kim@example.org", "=1+1", "–", "Kan bjudas in"),
    ]  # fmt: skip
    # A formula that no program has worked out holds nothing: its row says that the address is missing.
    of_sheet = look(bengt, **sheet(("Namn", "E-post"), ("Lina", link), ("Kim", "kim@example.org")))
    assert [row[1:3] for row in rows_of(of_sheet)] == [("", "Lina"), ("kim@example.org", "Kim")]
    assert cures_of(of_sheet) == {"address-0": "Skriv en e-postadress."}


def test_an_unclosed_quote_spoils_one_row_only(look: Look, bengt: Person) -> None:
    seen = look(bengt, **file('E-post;Namn\n"lina@example.org;Lina\nkim@example.org;Kim\n'))
    assert [row[0::4] for row in rows_of(seen)] == [("2", "Behöver rättas"), ("3", "Kan bjudas in")]
    assert cures_of(seen)["address-0"].startswith("Ett citattecken börjar men slutar inte på samma rad.")
    assert rows_of(seen)[0][1] == '"lina@example.org;Lina'
    mended = seen.press("Se efter igen", {"address-0": "lina@example.org"})
    assert mended.main_actions == ["Bjud in 2"]
    after = look(bengt, **file('lina@example.org,"Lina\nkim@example.org,Kim\n'))
    assert [row[1] for row in rows_of(after)] == ['lina@example.org,"Lina', "kim@example.org"]


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("a\u2066b", "Här finns osynliga tecken."),
        ("Li\u200bna", "Här finns osynliga tecken."),
        ("x" * 300, "Namnet är för långt. Högst 60 tecken."),
        ("Lina 811218-9876", "Det ser ut som ett personnummer."),
        ("Lina www.evil.example", "Skriv bara ett namn"),
        ("Lina =?utf-8?q?Ek?=", "Teckenföljden =? … ?= kan inte skickas."),
        ("Li\x00na", "Här"),
        ("   ", None),
    ],
)
def test_names_are_held_to_the_rules_of_names(name: str, cure: str | None, look: Look, bengt: Person) -> None:
    seen = look(bengt, **sheet(("E-post", "Namn"), ("lina@example.org", name.replace("\x00", "\u2028"))))
    said = cures_of(seen).get("name-0")
    assert (said is None) if cure is None else str(said).startswith(cure)


def test_characters_that_no_page_can_show_are_named(look: Look, bengt: Person) -> None:
    listed = "Namn;E-post\nLi\x07na;lina@example.org\nKim;ki\x81m@example.org\n"
    seen = look(bengt, **file(listed.encode("latin-1")))
    assert cures_of(seen) == {
        "name-0": "En bokstav går inte att läsa. Skriv den igen.",
        "address-1": "En bokstav går inte att läsa. Skriv den igen.",
    }


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
        ("3 1203" + " " * 200 + "x", "Texten är för lång."),
    ],
)
def test_a_flat_is_found_as_people_write_it(
    flat: str, cure: str | None, look: Look, amina: Person, stairwell_3: Stairwell
) -> None:
    seen = look(amina, **file(f'E-post,Lägenhet\nlina@example.org,"{flat}"\n'))
    said = cures_of(seen).get("flat-0")
    assert (said is None) if cure is None else str(said).startswith(cure)
    if cure is None:
        assert rows_of(seen)[0][3] == "Våglängdsgatan 3, 1203"


def test_in_one_stairwell_the_number_is_enough_and_others_stairwells_are_no_choice(
    look: Look, bengt: Person, stairwell_1: Stairwell
) -> None:
    seen = look(bengt, **file("E-post,Lägenhet\na@example.org,1203\nb@example.org,1 1203\n"))
    assert [row[3] for row in rows_of(seen)] == ["Våglängdsgatan 3, 1203", "1 1203"]
    assert list(cures_of(seen)) == ["flat-1"]


def test_the_same_flat_or_address_twice(look: Look, outbox: Outbox, bengt: Person) -> None:
    listed = "E-post,Lägenhet\na@example.org,1203\nb@example.org,1203\nA@example.org,1202\n"
    seen = look(bengt, **file(listed))
    assert [row[4] for row in rows_of(seen)] == [
        "Kan bjudas in", "Behöver rättas", "Står två gånger Adressen står också på rad 2.",
    ]  # fmt: skip
    assert cures_of(seen)["flat-1"].startswith("Lägenheten står också på rad 2.")
    mended = seen.press("Se efter igen", {"flat-1": ""})
    assert mended.press("Bjud in 2").status == 303
    assert invitations() == [("a@example.org", "open", "1203"), ("b@example.org", "open", None)]


def test_a_personnummer_is_refused_wherever_it_stands(look: Look, bengt: Person) -> None:
    seen = look(bengt, "lina@example.org 811218-9876", "Kim 8112189876 <kim@example.org>")
    assert [cure[:33] for cure in cures_of(seen).values()] == ["Det ser ut som ett personnummer. "] * 2


@pytest.mark.parametrize(
    "carried",
    ["", "nonsense", "{}", "[1]", "[[1,2]]", "[" * 50_000, '[[1,"\\ud800\\u0000","","",""]]', "1e999",
     '[["x","a@example.org","","",""]]', "9" * 5000, '[[true,{},[],null,"x"]]'],
)  # fmt: skip
def test_rows_that_are_not_of_our_making_do_no_harm(
    carried: str, client: PageClient, outbox: Outbox, group: Group, bengt: Person
) -> None:
    for path in ("preview", ""):
        form = LOCKED | {"carried": carried, "count": "0", "show": "x", "after": "x"}
        page = client.post(f"/groups/{group.id}/invitations/{path}".rstrip("/"), form, as_=bengt)
        assert (page.status, page.main_actions) == (200, [])
    assert (outbox.names(), invitations()) == ([], [])


def test_more_than_a_form_can_bring_back_is_refused_at_once(look: Look, bengt: Person) -> None:
    lines = [f"{'å' * 290};granne{n}@example.org\n" for n in range(800)]
    seen = look(bengt, **file("Namn;E-post\n" + "".join(lines)))
    assert (seen.status, seen.errors) == (422, ["Listan är för stor. Högst 1 MB: dela den i två."])


def test_every_state_beside_the_others(look: Look, scene: Scene) -> None:
    make_invitation(scene.group, "nina@example.org", flat=flat_of(scene.stairwell_3, "1203"), by=scene.bengt)
    typed = [f"{name}@example.org" for name in ("lina", "carin", "nina")]
    seen = look(scene.bengt, *typed, "x", "lina@example.org")
    assert [row[4] for row in rows_of(seen)] == [
        "Kan bjudas in", "Redan med", "Redan inbjuden", "Behöver rättas", f"Står två gånger {TYPED_TWICE}",
    ]  # fmt: skip
    assert json.loads(seen.form()["carried"])[0] == [1, "lina@example.org", "", "", ""]


def test_the_rows_are_not_lost_with_the_language_and_nobody_reads_how_they_are_carried(
    look: Look, bengt: Person, client: PageClient
) -> None:
    seen = look(bengt, "Lina <lina@example.org>")
    typed = {name: value for name, value in seen.form("/language").items() if name != "csrf_token"}
    asked = client.post("/language", typed | {"language": "so"}, as_=bengt)
    assert "[[" not in asked.text
    again = client.post(f"{seen.path}", {"carried": asked.form()["carried"]}, as_=bengt)
    assert rows_of(again)[0][1:3] == ("lina@example.org", "Lina")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Olle Berg olle@example.org", "Olle Berg"),
        ("olle@example.org – Olle von Berg", "Olle von Berg"),
        ("أحمد olle@example.org", "أحمد"),
        ("olle@example.org (min granne på trean)", ""),
        ("olle@example.org bor på trean", ""),
        ("Du når mig på olle@example.org tack", ""),
        ("E-post: olle@example.org", ""),
        ("- olle@example.org", ""),
    ],
)
def test_only_what_can_be_a_name_greets_somebody(line: str, name: str) -> None:
    (typed,) = pasted_in(line)
    assert (typed.address, typed.name) == ("olle@example.org", name)


def test_files_are_read_twenty_times_an_hour_and_pasting_goes_on(look: Look, bengt: Person) -> None:
    seen = [look(bengt, **file(b"lina@example.org", "x.csv")).status for _ in range(21)]
    assert (seen[-2:], set(seen[:20])) == ([200, 429], {200})
    assert look(bengt, "lina@example.org").status == 200
