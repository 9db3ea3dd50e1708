"""Checks that a text between addresses names nobody but its own neighbour, and that none of them is lost."""

from __future__ import annotations

import pytest

from watch.invitations.lists import list_of_text

Person = tuple[str, str, str]  # box, name, flat


def read(text: str) -> list[Person]:
    found = list_of_text(text).people
    return [(each.address.removesuffix("@gmail.com"), each.name, each.flat) for each in found]


NAMES = [("anna", "Anna Ek", ""), ("bo", "Bo Öberg", "")]
NOBODY = [("anna", "", ""), ("bo", "", "")]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("anna@gmail.com 21 1203, bo@gmail.com 23 1101, carin@gmail.com",
         [("anna", "", "21 1203"), ("bo", "", "23 1101"), ("carin", "", "")]),
        ("anna@gmail.com, bo@gmail.com 23 1101", [("anna", "", ""), ("bo", "", "23 1101")]),
        ("Anna Ek <anna@gmail.com> 21 1203, bo@gmail.com", [("anna", "Anna Ek", "21 1203"), ("bo", "", "")]),
        ("anna@gmail.com Anna Ek, bo@gmail.com Bo Öberg", NAMES),
        ("anna@gmail.com Anna Ek; bo@gmail.com Bo Öberg", NAMES),
        ("anna@gmail.com: Anna Ek, bo@gmail.com: Bo Öberg", NAMES),
        ("anna@gmail.com - Anna Ek, bo@gmail.com - Bo Öberg", NAMES),
        ("anna@gmail.com <Anna Ek>, bo@gmail.com <Bo Öberg>", NAMES),
        ("anna@gmail.com, Anna Ek, bo@gmail.com, Bo Öberg", NAMES),
        ("anna@gmail.com, Anna Ek; bo@gmail.com, Bo Öberg", NAMES),
        ("Anna Ek, anna@gmail.com, Bo Öberg, bo@gmail.com", NAMES),
        ("Anna Ek anna@gmail.com Bo Öberg bo@gmail.com", NAMES),
        ("anna@gmail.com Anna Ek bo@gmail.com Bo Öberg", NAMES),
        ("1. Anna Ek anna@gmail.com 2. Bo Öberg bo@gmail.com", NAMES),
        ("<tr><td>Anna Ek</td><td>anna@gmail.com</td></tr><tr><td>Bo Öberg</td><td>bo@gmail.com</td></tr>",
         NAMES),
        ("Anna Ek, 1203, anna@gmail.com; Bo Öberg, 1101, bo@gmail.com",
         [("anna", "Anna Ek", "1203"), ("bo", "Bo Öberg", "1101")]),
        ("Anna Ek <anna@gmail.com>, 1203, Bo Öberg <bo@gmail.com>, 1101",
         [("anna", "Anna Ek", "1203"), ("bo", "Bo Öberg", "1101")]),
        ("anna@gmail.com\t21 1203, bo@gmail.com\t23 1101", [("anna", "", "21 1203"), ("bo", "", "23 1101")]),
        ("anna[@]gmail.com, bo (@) gmail.com", NOBODY),
        ("Ek, Anna, anna@gmail.com", [("anna", "Anna Ek", "")]),
    ],
)  # fmt: skip
def test_a_text_is_that_of_the_address_it_stands_with(text: str, people: list[Person]) -> None:
    assert read(text) == people


@pytest.mark.parametrize(
    "text",
    [
        "Anna Ek; Bo Öberg; anna@gmail.com; bo@gmail.com",
        "Anna Ek, Bo Öberg; anna@gmail.com, bo@gmail.com",
        "anna@gmail.com, Anna Ek, bo@gmail.com",
        "anna@gmail.com Anna Ek bo@gmail.com",
        "anna@gmail.com 21 1203 | bo@gmail.com",
        "Anna anna@gmail.com 21 1203 Bo bo@gmail.com",
        "Carin, anna@gmail.com Anna, bo@gmail.com Bo",
        "Anna Ek anna@gmail.com Bo Öberg",
        "anna@gmail.com 21 1203, Bo, bo@gmail.com",
    ],
)
def test_what_may_be_anothers_is_nobodys(text: str) -> None:
    assert {each[1:] for each in read(text)} == {("", "")}


def test_an_unclear_text_is_shown_and_stays_nobodys() -> None:
    first, second = list_of_text("Anna Ek; Bo Öberg; anna@gmail.com; bo@gmail.com").people
    assert (first.beside, second.beside) == ("Anna Ek, Bo Öberg", "")


@pytest.mark.parametrize(
    "link",
    [
        "mailto:anna@gmail.com?cc=bo@gmail.com",
        "mailto:anna@gmail.com?subject=Hej%20du&bcc=bo%40gmail.com",
        "mailto:anna@gmail.com?to=bo@gmail.com&amp;subject=Hej",
        "mailto:?to=anna@gmail.com,bo@gmail.com",
        "MAILTO:anna@gmail.com?CC=%3Cbo@gmail.com%3E",
        "<a href='mailto:anna@gmail.com?cc=bo@gmail.com'></a>",
        '<a href="mailto:anna@gmail.com?cc=bo@gmail.com&amp;body=Hej"></a>',
        "[](mailto:anna@gmail.com?cc=bo@gmail.com)",
        "anna@gmail.com?cc=bo@gmail.com",
    ],
)
def test_those_who_get_a_copy_are_on_a_row(link: str) -> None:
    assert read(link) == NOBODY


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dan Ek (21:an) <dan@gmail.com>", "Dan Ek"),
        ("Dan Ek 21:an <dan@gmail.com>", ""),
        ("Per:s <p@gmail.com>", ""),
        ("BRF:s kassör Bo Ek <bo@gmail.com>", ""),
        ("Till:Bo Ek <bo@gmail.com>", "Bo Ek"),
        ("Anna S:t Cyr <a@gmail.com>", "Anna S:t Cyr"),
        ("<p>Bo Ek &lt;bo@gmail.com&gt;</p>", "Bo Ek"),
        ("<b>Carin</b> <c@gmail.com>", "Carin"),
        ("<td>P&auml;r</td> <td>par@gmail.com</td>", "Pär"),
        ("Carin Ek - kassör <c@gmail.com>", "Carin Ek"),
        ("Carin Ek | Bostäder <c@gmail.com>", "Carin Ek"),
        ("Granne Anna Ek <a@gmail.com>", "Anna Ek"),
        ("Anna Ek lgh <a@gmail.com>", "Anna Ek"),
        ("Hälsningar Jan <j@gmail.com>", "Jan"),
        ("Tack! Liv <l@gmail.com>", "Liv"),
        ("Mvh Bo bo@gmail.com", "Bo"),
        ("P„r Ek <par@gmail.com>", "P\ufffdr Ek"),
        ("P{r |berg <par@gmail.com>", "P{r |berg"),
        ("Namn\tE-post\nP&auml;r Ek\tpar@gmail.com", "Pär Ek"),
        ("Anna Ek / Bo Ek <a@gmail.com>", "Anna Ek / Bo Ek"),
        ("anna@gmail.com tillhör Anna Ek", ""),
        ("vår Anna Ek <a@gmail.com>", ""),
        ("anna ek <a@gmail.com>", "anna ek"),
        ("Anna ek <a@gmail.com>", "Anna ek"),
        ("Dödsboet <e@gmail.com>", ""),
        ("E-post <e@gmail.com>", ""),
        ("Okänd <e@gmail.com>", ""),
        ("Undefined <e@gmail.com>", ""),
        ("Ej aktuell <e@gmail.com>", ""),
        ("Kassör <e@gmail.com>", ""),
        ("Borås <e@gmail.com>", ""),
        ("Vill inte vara med <e@gmail.com>", ""),
        ("Anna Ek, Vgg 21, 1203, anna@gmail.com", ""),
        ('="Anna Ek";="anna@gmail.com";="21 1203"', "Anna Ek"),
        ("Namn\tE-post\nAnna Ek (avliden)\ta@gmail.com", ""),
        ("Namn\tE-post\nAnna Ek (hemma)\ta@gmail.com", "Anna Ek"),
        ("Namn\tE-post\nTom lägenhet\ta@gmail.com", ""),
        ("Namn\tE-post\nIngen\ta@gmail.com", ""),
        ("Namn\tE-post\nEj svar\ta@gmail.com", ""),
        ("Namn\tE-post\nFlyttat\ta@gmail.com", ""),
        ("Namn\tE-post\nUthyrd i andra hand\ta@gmail.com", ""),
        ("Namn\tE-post\n<b>Anna</b> Ek\ta@gmail.com", "Anna Ek"),
        ("Namn\tE-post\nTom Ek\ta@gmail.com", "Tom Ek"),
        ("BEGIN:VCARD\nFN:Hyresgäst\nEMAIL:a@gmail.com\nEND:VCARD", ""),
    ],
)
def test_only_a_name_is_a_name_wherever_it_stands(text: str, name: str) -> None:
    (one,) = list_of_text(text).people
    assert one.name == name
