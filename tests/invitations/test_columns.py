"""Checks what is read from which column, with column names and without them, and that no row is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.page_client import Page
from watch.invitations.columns import kind_of
from watch.invitations.forms.preview import sent_of
from watch.invitations.lists import list_of_file, list_of_text
from watch.models import Person

Row = tuple[str, str, str]  # address, name, flat


def read(text: str) -> list[Row]:
    return [(each.address, each.name, each.flat) for each in list_of_text(text).people]


ADDRESSES = ["E-post", "E-mail 1 - Value", "Din e-post", "Mailadress", "Privatmejl", "E-post hyresvärd",
             "E‑post *", "البريد الإلكتروني", "Iimayl"]  # fmt: skip
FLATS = ["Lägenhet", "Lgh.nr", "Lägenhetsnummer", "Port och lägenhet", "L\ufffdgenhet",
         "Lägenhet (4 siffror)", "رقم الشقة", "Lambarka guriga"]  # fmt: skip
NAMES = [
    "Namn",
    "För- och efternamn",
    "Vad heter du?",
    "Namn på boende",
    "Full name",
    "Namn 1",
    "Hyresgäst",
    "الاسم",
]
OTHERS = ["Tidigare lägenhet", "Ny lägenhet", "Adress (fakturering)", "Porttelefon", "Portkod",
          "Namn hyresvärd", "Name of landlord", "Boendeform", "Boendestatus", "Hyresgästförening",
          "Namn (barn)", "Namnskylt", "Namn på kontaktperson", "Boendeperiod", "Ismail",
          "Ismail Hassan", "gmail", "annagmail.com", "anna(a)hotmail.com", "Mailis",
          "E-post: annagmail.com"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *[(each, "address") for each in ADDRESSES],
        *[(each, "flat") for each in FLATS],
        *[(each, "port") for each in ("Port", "Adress", "Street address", "Uppgång", "Cinwaan")],
        *[(each, "name") for each in NAMES],
        *[(each, "family") for each in ("Efternamn", "Last Name", "اسم العائلة")],
        *[(each, None) for each in OTHERS],
    ],
)
def test_a_column_is_known_by_whole_words_and_by_nothing_more(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("listed", "row"),
    [
        ("Tidigare lägenhet;Lägenhet;E-post\n21 1203;23 1101;a@x.se", ("", "23 1101")),
        ("Ny lägenhet;Lägenhet;E-post\n21 1203;23 1101;a@x.se", ("", "23 1101")),
        ("Adress (fakturering);Port;Lägenhet;E-post\nGatan 25;21;1203;a@x.se", ("", "21 1203")),
        ("Adress;Port;Lägenhet;E-post\nGatan 25;21;1203;a@x.se", ("", "Gatan 25 21 1203")),  # to be mended
        ("Adress;Port;Lägenhet;E-post\nGatan 21;21;1203;a@x.se", ("", "Gatan 21 1203")),
        ("Lägenhet;Lgh;E-post\n21 1203;21 1101;a@x.se", ("", "21 1203 21 1101")),  # to be mended
        ("Lägenhet;Lgh;E-post\n21 1203;1203;a@x.se", ("", "21 1203")),
        ("Porttelefon;Lägenhet;E-post\n25;1203;a@x.se", ("", "1203")),
        ("Namn hyresvärd;Namn;E-post\nNorrbo;Anna Ek;a@x.se", ("Anna Ek", "")),
        ("Namn hyresvärd;E-post\nNorrbo;a@x.se", ("", "")),
        ("Boendeform;E-post\nHyresrätt;a@x.se", ("", "")),
        ("Namn;Hyresgäst;E-post\nAnna Ek;Bo Ek;a@x.se", ("", "")),
        ("Namn;Förnamn;E-post\nAnna Ek;Anna;a@x.se", ("Anna Ek", "")),
        ("Förnamn;Efternamn;Boendeperiod;E-post\nAnna;Ek;sommar;a@x.se", ("Anna Ek", "")),
        ("E-post;Din e-post;Vad heter du?\nanonymous;a@x.se;Anna", ("Anna", "")),
        ("Namn;E-post;Lägenhet\n;Anna Ek, Bo Ek a@x.se;", ("", "")),
        ('="Namn";="E-post";="Lägenhet"\n="Anna Ek";="a@x.se";="21 1203"', ("Anna Ek", "21 1203")),
        ('"=""Namn""","=""E-post"""\n"=""Anna Ek""","=""a@x.se"""', ("Anna Ek", "")),
        ('="Namn",="E-post"\n="Ek, Anna",="a@x.se"', ("Anna Ek", "")),
    ],
)
def test_only_the_own_column_is_read(listed: str, row: tuple[str, str]) -> None:
    for found in list_of_text(listed), list_of_file(listed.encode()):
        assert [(each.address, each.name, each.flat) for each in found.people] == [("a@x.se", *row)]


@pytest.mark.parametrize(
    ("pasted", "rows"),
    [
        ("Ek\tAnna\tanna@x.se", [("Anna", "")]),
        ("Lind\tAnna\tanna.lind@x.se", [("Anna Lind", "")]),
        ("Ordförande\tAnna Ek\ta@x.se", [("Anna Ek", "")]),
        ("Borås\tAnna Ek\ta@x.se", [("Anna Ek", "")]),
        ("Våglängdsgatan\t21\t1203\tAnna Ek\ta@x.se", [("Anna Ek", "21 1203")]),
        ("Anna Ek\ta@x.se\tÄgare\nBo Ek\tb@x.se\tMedlem", [("Anna Ek", ""), ("Bo Ek", "")]),
        ("Anna Ek\tBo Ek\tx@x.se", [("", "")]),  # which of them?
        ("Hyresrätt\tx@x.se", [("", "")]),
        ("Norrbo Hem\tx@x.se\nNorrbo Hem\ty@x.se", [("", ""), ("", "")]),
        ("18\t1101\ta@x.se\n19\t1101\tb@x.se\n20\t1102\tc@x.se", [("", "1101"), ("", "1101"), ("", "1102")]),
        ("1\t21\t1101\ta@x.se\n2\t21\t1102\tb@x.se\n3\t23\t1101\tc@x.se",
         [("", "21 1101"), ("", "21 1102"), ("", "23 1101")]),
        ("21\t1101\ta@x.se\n23\t1101\tb@x.se\n25\t1102\tc@x.se", [("", "")] * 3),  # ports, or a count?
        ("1\t1101\ta@x.se\n2\t1101\tb@x.se", [("", "")] * 2),
        ("34\t21\t1203\ta@x.se", [("", "")]),  # an age?
        ("1975\t1203\ta@x.se", [("", "")]),
        ("a@x.se\tb@x.se\t1203", [("", "")] * 2),
        ("a@x.se\t1203\tb@x.se\t1101", [("", "1203"), ("", "1101")]),
        ("21\t1203\ta@x.se\n23\t1101\tb@x.se", [("", "21 1203"), ("", "23 1101")]),
    ],
)  # fmt: skip
def test_without_names_a_column_is_read_only_if_it_is_certain(
    pasted: str, rows: list[tuple[str, str]]
) -> None:
    found = [(name, flat) for address, name, flat in read(pasted) if "@" in address]
    assert found == rows


@pytest.mark.parametrize(
    ("listed", "rows"),
    [
        ("annagmail.com\nbo@x.se", [("annagmail.com", "", ""), ("bo@x.se", "", "")]),
        ("anna(a)gmail.com\nbo@x.se", [("anna(a)gmail.com", "", ""), ("bo@x.se", "", "")]),
        ("anna at gmail.com\nbo@x.se", [("anna at gmail.com", "", ""), ("bo@x.se", "", "")]),
        ("anna%40gmail.com\nbo@x.se", [("anna@gmail.com", "", ""), ("bo@x.se", "", "")]),
        ("anna&#64;gmail.com\nbo@x.se", [("anna@gmail.com", "", ""), ("bo@x.se", "", "")]),
        ("E-post: annagmail.com\nE-post: bo@x.se", [("E-post: annagmail.com", "", ""), ("bo@x.se", "", "")]),
        ("Anna Ek;anna(a)hotmail.com\nBo Ek;bo@hotmail.com",
         [("Anna Ek anna(a)hotmail.com", "", ""), ("bo@hotmail.com", "Bo Ek", "")]),
        ("Anna Ek\tanna.ek.gmail.com\t21 1203\nBo Ek\tbo@x.se\t23 1101",
         [("anna.ek.gmail.com", "Anna Ek", "21 1203"), ("bo@x.se", "Bo Ek", "23 1101")]),
        ("Ismail Hassan, 21 1203\nbo@x.se, 23 1101",
         [("Ismail Hassan 21 1203", "", ""), ("bo@x.se", "", "23 1101")]),
        ("Namn: Bo Ek\nIsmail: ismail@x.se", [("Namn: Bo Ek", "", ""), ("ismail@x.se", "Ismail", "")]),
        ("Anna har ingen e-post\nbo@x.se", [("Anna har ingen e-post", "", ""), ("bo@x.se", "", "")]),
        ("Xhemajl saknar mejl\nbo@x.se", [("Xhemajl saknar mejl", "", ""), ("bo@x.se", "", "")]),
        ("Xhemajl Gashi;mejl kommer\nBo Ek;bo@x.se",
         [("Xhemajl Gashi mejl kommer", "", ""), ("bo@x.se", "Bo Ek", "")]),
        ("annagmail.com\nNamn;E-post\nBo;bo@x.se", [("annagmail.com", "", ""), ("bo@x.se", "Bo", "")]),
        ("Namn: Anna\nE-post: anna(a)x.se\nNamn: Bo\nE-post: bo@x.se",
         [("anna(a)x.se", "Anna", ""), ("bo@x.se", "Bo", "")]),
    ],
)  # fmt: skip
def test_a_row_with_a_person_has_no_column_names(listed: str, rows: list[Row]) -> None:
    assert read(listed) == rows


def test_rows_that_are_skipped_are_named(look: Callable[..., Page], bengt: Person) -> None:
    seen = look(bengt, "Lista 811218-9876", "Carin Lind", "Vem;E-post", "Anna Ek;", "Bo;bo@x.example")
    assert "4 rader utan e-postadress är inte med: … | Carin Lind | Vem E-post | Anna Ek" in seen.text
    assert "9876" not in seen.html
    assert "utan e-postadress" not in look(bengt, "Namn;E-post", "Bo;bo@x.example").text
    assert list_of_text("Xhemajl Gashi;mejl\nBo Ek;bo@x.se").skipped == ["Xhemajl Gashi mejl"]
    cards = list_of_text("Namn: Anna\nE-post: a@x.se\nCarin Lind\nMobil: 070")
    assert cards.skipped == ["Carin Lind"]


WAYS = ["anna(a)gmail.com", "annagmail.com", "anna.ek.gmail.com", "anna at gmail.com", "anna[at]telia.com",
        "anna (a) hotmail.com", "anna%40x.se", "anna&#64;x.se", "ismail(at)mail.se",
        "anna snabel-a post.se"]  # fmt: skip
MISTYPED = st.sampled_from(WAYS)
CELL = st.sampled_from(["", "Anna Ek", "Ismail", "E-post", "Mejl", "Namn", "21 1203", "Styrelsen", "bo@x.se"])
LINE = st.lists(CELL | MISTYPED, min_size=1, max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LINE, min_size=1, max_size=5), st.sampled_from(["\t", ";", ", ", " | "]))
def test_what_was_meant_as_an_address_is_on_a_row_too(lines: list[list[str]], between: str) -> None:
    found = list_of_text("\n".join(between.join(line) for line in [*lines, ["carin@x.se"]]))
    seen = " ".join([*sent_of(found.people).values(), *found.unread])
    meant = {cell for line in lines for cell in line if cell in WAYS or "@" in cell}
    lost = [each for each in meant if each.replace("%40", "@").replace("&#64;", "@") not in seen]
    assert lost == []
