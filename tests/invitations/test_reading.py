"""Checks what lists of neighbours are read as: encodings, contact cards, flats, and wrong files."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from tests.newcomers import cures_of, rows_of
from tests.page_client import Page
from watch.email_address import readable_address
from watch.invitations.doors import Doors, NoSuchFlat
from watch.invitations.lists import list_of_file, list_of_text
from watch.models import Flat, Person, Stairwell
from watch.tables import TableProblem, UnreadableTable

Look = Callable[..., Page]


def people(text: str | bytes) -> list[tuple[str, str]]:
    """Return name and address of everybody in a pasted text, or in a file."""
    found = list_of_text(text) if isinstance(text, str) else list_of_file(text)
    return [(each.name, each.address) for each in found.people]


LISTED = (
    "Namn;E-post;Port;Lägenhet\r\nAnna Öberg;anna@a.example;21;1203\r\nBo Åkesson;bo@a.example;23;1101\r\n"
)
BOTH = [("Anna Öberg", "anna@a.example"), ("Bo Åkesson", "bo@a.example")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "cp850"])
@pytest.mark.parametrize("wrong", ["cp1252", "mac_roman", "cp850", "latin-1", None])
def test_a_list_of_any_system_is_read_also_if_it_was_read_wrongly_once(
    encoding: str, wrong: str | None
) -> None:
    data = LISTED.encode(encoding) if wrong is None else LISTED.encode().decode(wrong).encode("utf-8")
    assert people(data) == BOTH
    assert list_of_file(data).people[0].flat == "21 1203"


@pytest.mark.parametrize(
    "name",
    [
        "Šahin Öst",
        "José Ängö",
        "Müller Åberg",
        "Zoë Åhl",
        "”Åsa” Öst",
        "O’Brien Ål",
        "Märta",
        "Björn",
        "Éva Ö",
    ],
)
def test_names_keep_their_letters(name: str) -> None:
    """In every encoding that has them."""
    read = {}
    for encoding in ("utf-8", "cp1252", "mac_roman", "cp850"):
        with suppress(UnicodeEncodeError):
            read[encoding] = people(f"Namn;E-post\n{name};a@x.se\n".encode(encoding))
    assert set(read) >= {"utf-8", "cp1252"}
    assert all(found == [(name, "a@x.se")] for found in read.values()), read


def test_names_of_other_languages_are_not_taken_for_damage(look: Look, bengt: Person) -> None:
    names = ["Şeyma Çağrı", "Γιώργος", "محمد", "Nguyễn Ánh", "Łukasz Żak", "Anna–Lena Öst", "李"]
    seen = look(bengt, "Namn;E-post", *(f"{name};a{place}@x.se" for place, name in enumerate(names)))
    assert [(row[2], row[4]) for row in rows_of(seen)] == [(name, "Kan bjudas in") for name in names]


def test_one_byte_of_another_encoding_is_named_by_its_row(look: Look, bengt: Person) -> None:
    data = LISTED.encode() + b"P\xe5l;pal@a.example;21;1204\n"
    seen = look(bengt, file=(BytesIO(data), "x.csv"))
    assert "Filen har två teckenkodningar." in seen.text
    assert cures_of(seen)["rows-2-name"] == "En bokstav går inte att läsa. Skriv den igen."
    assert [row[2] for row in rows_of(seen)][:2] == ["Anna Öberg", "Bo Åkesson"]


def test_what_cannot_be_made_good_has_to_be_mended(look: Look, bengt: Person) -> None:
    """Column names in one encoding, rows in another: no reading of the whole file is right."""
    rows = "Bo Björk på Sjö;bo@x.se;\nÅsa;asa@x.se;\n".encode("cp850")
    seen = look(bengt, file=(BytesIO("Namn;E-post;Uppgång\n".encode("cp1252") + rows), "x.csv"))
    assert [row[1] for row in rows_of(seen)] == ["bo@x.se", "asa@x.se"]
    assert cures_of(seen)["rows-0-name"].startswith("Å, ä eller ö har blivit fel tecken på vägen.")


CARD = """BEGIN:VCARD
VERSION:3.0
N:Öberg;Anna;;;
FN:Anna Öberg
EMAIL;TYPE=INTERNET;TYPE=HOME:anna@a.example
TEL;TYPE=CELL:070-123 45 67
END:VCARD
"""
OLD_CARD = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=96berg;Anna;;;
EMAIL;ENCODING=QUOTED-PRINTABLE:anna=
=40a.example
END:VCARD
"""


@pytest.mark.parametrize(
    ("card", "found"),
    [
        (CARD, [BOTH[0]]),
        (CARD.replace("\n", "\r\n"), [BOTH[0]]),
        (CARD + CARD.replace("Anna", "Bo").replace("anna@", "bo@"), [BOTH[0], ("Bo Öberg", "bo@a.example")]),
        (CARD.replace("FN:Anna Öberg\n", ""), [BOTH[0]]),
        (CARD.replace("EMAIL;TYPE=INTERNET;TYPE=HOME:", "item1.EMAIL;type=pref:"), [BOTH[0]]),
        (CARD.replace("anna@a", "anna@\n a"), [BOTH[0]]),
        (CARD.replace("FN:Anna Öberg", "FN:Öberg\\, Anna"), [("Anna Öberg", "anna@a.example")]),
        (CARD.replace("FN:Anna Öberg", "FN:anna@a.example"), [BOTH[0]]),
        (
            CARD.replace("TEL;", "EMAIL:anna@work.example\nTEL;"),
            [BOTH[0], ("Anna Öberg", "anna@work.example")],
        ),
        (CARD.replace("EMAIL;TYPE=INTERNET;TYPE=HOME:anna@a.example\n", ""), [("Anna Öberg", "")]),
        (OLD_CARD, [BOTH[0]]),
        ("Namn\tAnna Öberg\nE-post\tanna@a.example\nLägenhet\t1203", [BOTH[0]]),
        ("Namn: Anna Öberg\nE-post: anna@a.example\nTelefon: 070-123 45 67", [BOTH[0]]),
        ("E-post\tanna@a.example", [("", "anna@a.example")]),
        (
            "Namn\tAnna\nMail\ta@x.se\nMobil\t070\nNamn\tBo\nMail\tb@x.se",
            [("Anna", "a@x.se"), ("Bo", "b@x.se")],
        ),
    ],
)
def test_contact_cards_pasted_and_as_files(card: str, found: list[tuple[str, str]]) -> None:
    assert people(card) == found
    assert people(card.encode()) == found


def test_other_addresses_of_a_card_are_named() -> None:
    found = list_of_text(CARD.replace("TEL;", "NOTE:hans fru bo@a.example\nTEL;"))
    assert (len(found.people), found.unread) == (1, ["bo@a.example"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Anna (a@x.se)", [("Anna", "a@x.se")]),
        ("Anna [mailto:a@x.se]", [("Anna", "a@x.se")]),
        ("[Anna Ek](mailto:a@x.se)", [("Anna Ek", "a@x.se")]),
        ("[a@x.se](mailto:a@x.se).", [("", "a@x.se")]),
        ('<a href="mailto:a@x.se">Anna</a>', [("Anna", "a@x.se")]),
        ("Anna &lt;a@x.se&gt;", [("Anna", "a@x.se")]),
        ("Anna Öberg via Grannar <a@x.se>", [("Anna Öberg", "a@x.se")]),
        ("a@x.se/b@x.se", [("", "a@x.se"), ("", "b@x.se")]),
        ("**a@x.se**, `b@x.se`, _c@x.se_", [("", "a@x.se"), ("", "b@x.se"), ("", "c@x.se")]),
        ("“a@x.se”, a\u00adb@x.se, c@x.se\u200f", [("", "a@x.se"), ("", "ab@x.se"), ("", "c@x.se")]),
        ("a@x.se… b@x.se; c@x.se)", [("", "a@x.se"), ("", "b@x.se"), ("", "c@x.se")]),
        ("Från: Anna <a@x.se> Till: Bo <b@x.se>", [("Anna", "a@x.se"), ("Bo", "b@x.se")]),
        ("Åsa <a@x.se>, Bo <a@x.se>, a@x.se", [("Åsa", "a@x.se"), ("Bo", "a@x.se"), ("", "a@x.se")]),
        ("Åsa a@x.se (a@x.se)", [("Åsa", "a@x.se")]),
        ("bo @x.se", [("", "bo @x.se")]),
        ("bo@ x.se", [("", "bo@ x.se")]),
    ],
)
def test_what_stands_around_an_address_is_no_part_of_it(typed: str, found: list[tuple[str, str]]) -> None:
    assert people(typed) == found


FAULTS = {
    "anna.x.se": "Det saknas ett @",
    "a@x.se, b@x.se": "Skriv bara en e-postadress",
    "a@b@x.se": "Det står två @",
    "a@x,se": "Det står ett komma",
    "@x.se": "Det saknas något före @",
    "anna@": "Det saknas något efter @",
    "bo ek@x.se": "Det står ett mellanslag",
    "åsa@x.se": "Före @ kan det inte stå å, ä, ö",
    "anna@gmail": "Det saknas en punkt efter @",
    "anna..ek@x.se": "En punkt står fel",
    ".anna@x.se": "En punkt står fel",
    "a" * 65 + "@x.se": "Det som står före @ i e-postadressen är för långt. Högst 64 tecken.",
    "a@" + "x" * 250 + ".se": "E-postadressen är för lång. Högst 254 tecken.",
    "anna<@x.se": "I e-postadressen står ett tecken som inte kan stå där.",
    "anna@x_y.se": "E-postadressen stämmer inte.",
}


@pytest.mark.parametrize("typed", FAULTS)
def test_each_fault_of_an_address_has_its_own_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(FAULTS[typed])}"):
        readable_address(typed)


@pytest.mark.parametrize(
    "typed",
    ["<a@x.se>", "mailto:a@x.se", "MAILTO:a@x.se?subject=Hej%20du", '"Carin" <a@x.se>', "Carin Ek <a@x.se>",
     '"Ek, Carin" <mailto:a@x.se>;', "Till: Carin <a@x.se>", "Carin (a@x.se)", "Carin [mailto:a@x.se]",
     "[a@x.se](mailto:a@x.se).", "a@x.se <a@x.se>", "a@x.se (hem)", "a@x.se.", "a@x.se,", "a@x.se;",
     "a@x.se!", "a@x.se…", "a@x.se؛", "(a@x.se)", "“a@x.se”", "»a@x.se«", "'a@x.se'", "*a@x.se*", "_a@x.se_",
     "`a@x.se`",
     "<a@x.se", "a@x.se>", "E-post: a@x.se", "e‑post：a@x.se", "a＠x.se", "a﹫x.se", "ａ＠ｘ．ｓｅ",
     "\u3000a@x.se\n",
     "\u00a0a@x.se\u200b", "\u2066a@x.se\u2069", "\u202aa@x.se\u202c", "a@x.se\u2069", "\u202ba@x.se",
     "mailto:\u202aa@x.se\u202c", "a\u00ad@x.se", "\ufeffa@x.se", "• a@x.se"],
)  # fmt: skip
def test_an_address_is_read_as_it_was_copied(typed: str) -> None:
    assert readable_address(typed) == "a@x.se"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("o'b@x.se", "o'b@x.se"), ("_a@x.se", "_a@x.se"), ("a_@x.se", "a_@x.se"), ("a+b@x.se", "a+b@x.se")],
)
def test_signs_of_an_address_stay(typed: str, kept: str) -> None:
    assert readable_address(typed) == kept


@pytest.mark.parametrize(
    "typed", ["a@x.se <b@x.se>", "a@x.se, b@x.se", "\u202emoc.x@a", "bo ek@x.se", "<>", "Kontakta a@x.se"]
)
def test_what_is_no_single_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        readable_address(typed)


def test_no_two_kinds_of_faults_have_the_same_sentence() -> None:
    assert len({*FAULTS.values()}) == len(FAULTS) - 1  # a full stop is in the wrong place twice


def flats(street: str, number: str) -> list[Flat]:
    stairwell = Stairwell(street=street, number=number, postcode="507 52", city="Borås")
    numbers = [f"{floor:02}{door:02}" for floor in range(9, 18) for door in range(1, 6)]
    return [Flat(number=each, stairwell=stairwell) for each in numbers]


DOORS = Doors(
    [*flats("Våglängdsgatan", "21"), *flats("Våglängdsgatan", "23"), *flats("Norrby Långgata", "12B")]
)


@pytest.mark.parametrize(
    "typed",
    ["21 1203", "21 lgh 1203", "21 Lgh1203", "21 1203 (vån 2)", "21 2 tr, 1203", "21 12-03", "21 12 03",
     "Port 21 1203", "Våglängdsg. 21 1203", "Våglängdsg 21 1203", "Våglängdsgatan 21, 507 52 Borås 1203",
     "våglängdsgatan  21 1203", "21  1203.0", "nr 21 1203", "21:an 1203", "21-1203", "21/1203",
     "Våglängdsgatan 21 lgh 1203", "Våglängdsgatan 21, lgh nr 1203", "Uppgång 21 1203", "Trapp 21 1203",
     "ingång 21 1203", "No 21 1203", "21 '1203", "'21 1203'", "Våglängdsgatan 21\n507 52 Borås 1203",
     "Lgh 1203, 2 tr, port 21", "1203 port 21", "21:1203", "21, våning 2, 1203", "trapphus 21 1203",
     "070-123 45 67 21 1203", "0701234567 21 1203", "P21 1203", "port21 lgh1203", "21. 1203", "#1203 21",
     "Vaglangdsgatan 21 1203", "شقة 1203 مدخل 21", "SE-507 52 Borås Våglängdsgatan 21 1203", "٢١ ١٢٠٣",
     "۲۱ ۱۲۰۳", "２１ １２０３"],
)  # fmt: skip
def test_a_flat_is_found_however_it_is_written(typed: str) -> None:
    found = DOORS.find(typed)
    assert (found.stairwell.number, found.number) == ("21", "1203")


@pytest.mark.parametrize(
    "typed", ["12 B 1203", "12b/1203", "Norrby Långg. 12B 1203", "Norrby Långgata 12 B lgh 1203"]
)
def test_a_letter_belongs_to_the_number_of_the_house(typed: str) -> None:
    assert DOORS.find(typed).stairwell.number == "12B"


@pytest.mark.parametrize(
    "typed",
    ["1203", "31203", "21A 1203", "5 1203", "21 1299", "längst upp", "Storgatan 21 1203", "21 23 1203"],
)
def test_a_flat_that_is_not_certain_is_not_guessed(typed: str) -> None:
    with pytest.raises(NoSuchFlat):
        DOORS.find(typed)


@pytest.mark.parametrize(
    ("ports", "filled"),
    [
        (["3", "", "", "1"], ["3", "3", "3", "1"]),
        (["3", "3", "", "1"], ["3", "3", "", "1"]),  # written on every row: one was forgotten
        (["", "3", "", ""], ["", "3", "3", "3"]),
        (["3", "", None, ""], ["3", "3", None, ""]),  # an empty row ends the block
    ],
)
def test_a_port_written_once_is_filled_down(ports: list[str | None], filled: list[str | None]) -> None:
    lines = [f"{port};1203;a{place}@x.se" if port is not None else ";;" for place, port in enumerate(ports)]
    found = list_of_text("\n".join(["Port;Lägenhet;E-post", *lines])).people
    assert [each.flat for each in found] == [f"{port} 1203".strip() for port in filled if port is not None]


def test_columns_without_names_are_found_by_what_they_hold() -> None:
    found = list_of_text("Anna\t070-123 4567\t21\t1203\ta@x.se\nBo\t070-765 4321\t23\t1101\tb@x.se").people
    assert [(each.name, each.flat) for each in found] == [("Anna", "21 1203"), ("Bo", "23 1101")]


def test_first_and_family_names_are_put_together() -> None:
    assert people("Last Name,First Name,E-mail 1 - Value\nÖberg,Anna,anna@a.example\n") == [BOTH[0]]


@pytest.mark.parametrize(
    "text",
    ["Namn;Personnummer;E-post\nAnna;19811218-9876;a@x.se", "Anna\t811218-9876\ta@x.se",
     "Namn;Vem;E-post\nAnna;811218-9876;a@x.se"],
)  # fmt: skip
def test_a_column_of_personnummer_is_not_read_and_said(text: str, look: Look, bengt: Person) -> None:
    seen = look(bengt, *text.split("\n"))
    assert rows_of(seen) == [("1", "a@x.se", "Anna", "–", "Kan bjudas in")]
    assert "Listan har personnummer. Vi läser dem inte" in seen.text
    assert "9876" not in seen.html


def zipped(*names: str, mimetype: str = "") -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "a@x.se")
    return data.getvalue()


def strict() -> bytes:
    """Return a workbook as Excel saves "Strict Open XML"."""
    book, data, made = openpyxl.Workbook(), BytesIO(), BytesIO()
    book.active.append(["a@x.se"])
    book.save(data)
    plain = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(plain, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            )
    return made.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
OF_TEXT, OF_SHEET = (f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet"))
WRONG_FILES: dict[str, tuple[bytes, str, TableProblem]] = {
    "a password": (OLE, "x.xlsx", TableProblem.LOCKED_SPREADSHEET),
    "a password by its stream": (
        OLE + "EncryptedPackage".encode("utf-16-le"),
        "x",
        TableProblem.LOCKED_SPREADSHEET,
    ),
    "old Excel": (OLE, "x.xls", TableProblem.OLD_SPREADSHEET),
    "old Excel under a new name": (
        OLE + "Workbook".encode("utf-16-le"),
        "x.xlsx",
        TableProblem.OLD_SPREADSHEET,
    ),
    "a JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF\0@", "x.jpg", TableProblem.PICTURE),
    "a telephone's picture": (b"\0\0\0\x18ftypheic\0\0@", "x.csv", TableProblem.PICTURE),
    "WebP": (b"RIFF\x10\0\0\0WEBPVP8 @", "x.csv", TableProblem.PICTURE),
    "a PDF": (b"%PDF-1.7\n@\0", "x.pdf", TableProblem.PDF),
    "RTF": (b"{\\rtf1 a@x.se}", "x.rtf", TableProblem.DOCUMENT),
    "Word": (zipped("[Content_Types].xml", "word/document.xml"), "x.docx", TableProblem.DOCUMENT),
    "OpenDocument text": (zipped("content.xml", mimetype=OF_TEXT), "x.odt", TableProblem.DOCUMENT),
    "OpenDocument": (zipped("content.xml", mimetype=OF_SHEET), "x.ods", TableProblem.OTHER_SPREADSHEET),
    "Numbers": (zipped("Index/CalculationEngine.iwa"), "x.numbers", TableProblem.OTHER_SPREADSHEET),
    "binary Excel": (zipped("xl/workbook.bin"), "x.xlsb", TableProblem.OTHER_SPREADSHEET),
    "strict Open XML": (strict(), "x.xlsx", TableProblem.STRICT_SPREADSHEET),
    "a ZIP": (zipped("grannar.csv"), "x.zip", TableProblem.ARCHIVE),
    "gzip": (b"\x1f\x8b\x08@", "x.gz", TableProblem.ARCHIVE),
    "a web page": (b"<html><table><td>a@x.se", "x.xls", TableProblem.WEB_PAGE),
    "UTF-16": ("a@x.se".encode("utf-16"), "x.csv", TableProblem.WRONG_ENCODING),
    "UTF-16 without a mark": ("a@x.se\r\n".encode("utf-16-be"), "x.csv", TableProblem.WRONG_ENCODING),
    "another binary file": (b"\x7fELF\x02\x01\x01\0\0@", "x.csv", TableProblem.NOT_A_LIST),
}


@pytest.mark.parametrize("kind", WRONG_FILES)
def test_each_wrong_file_has_its_own_sentence(kind: str) -> None:
    data, name, problem = WRONG_FILES[kind]
    with pytest.raises(UnreadableTable) as wrong:
        list_of_file(data, name)
    assert wrong.value.problem is problem


def test_the_sentence_stands_at_the_file(look: Look, bengt: Person) -> None:
    said: dict[str, Any] = {}
    for kind in ("a password", "old Excel", "a JPEG", "a PDF", "a ZIP", "strict Open XML"):
        data, name, _problem = WRONG_FILES[kind]
        (said[kind],) = look(bengt, file=(BytesIO(data), name)).errors
    assert len({*said.values()}) == len(said)
    assert said["a JPEG"] == "Filen är ingen lista, den är en bild. Välj en CSV- eller XLSX-fil."


@pytest.mark.parametrize("delimiter", ";,\t|")
def test_every_usual_delimiter_is_read(delimiter: str) -> None:
    listed = LISTED.replace(";", delimiter)
    assert people(listed) == people(listed.encode()) == people(f"sep={delimiter}\n{listed}".encode()) == BOTH


def test_formulas_errors_and_ticks_are_no_names() -> None:
    book, data = openpyxl.Workbook(), BytesIO()
    for row in (("Namn", "E-post"), (True, "a@x.se"), (0, "b@x.se"), ("#N/A", "c@x.se"), ("SANT", "d@x.se")):
        book.active.append(row)
    book.save(data)
    assert people(data.getvalue()) == [("", f"{each}@x.se") for each in "abcd"]


def test_addresses_in_far_columns_and_long_cells_are_found() -> None:
    book, data = openpyxl.Workbook(), BytesIO()
    many = [f"granne{number}@x.example" for number in range(60)]
    book.active.append(["; ".join(many)])
    book.active.cell(1, 300, "far@x.example")
    book.save(data)
    assert [address for _name, address in people(data.getvalue())] == [*many, "far@x.example"]
