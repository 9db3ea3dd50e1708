"""Checks that each row of a list is on the preview, also one that stands twice, in each form of list."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conftest import Outbox
from tests.databases import on_one_database
from tests.invitations.test_previewing import file, sheet
from tests.newcomers import rows_of
from tests.page_client import Page
from watch.models import Person

Look = Callable[..., Page]
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:{}\nEMAIL:ek@example.org\nEND:VCARD\n"
TWICE = "Står två gånger Adressen står också på rad 1."
SAME = {  # the same neighbour on two rows
    "one line": "Åsa <ek@example.org>, Åsa <ek@example.org>",
    "semicolons": "Åsa <ek@example.org>; Åsa <EK@example.org>;",
    "two lines": "Åsa <ek@example.org>\nÅsa <ek@example.org>",
    "words": "Åsa ek@example.org\nÅsa ek@example.org",
    "table": "Namn;E-post\nÅsa;ek@example.org\nÅsa;ek@example.org",
    "tabs": "Åsa\tek@example.org\nÅsa\tek@example.org",
    "two columns": "Namn;E-post;E-post 2\nÅsa;ek@example.org;ek@example.org",
    "labels": "Namn: Åsa\nE-post: ek@example.org\nNamn: Åsa\nE-post: ek@example.org",
    "cards": CARD.format("Åsa") * 2,
}
ANOTHER = {form: "Bo".join(text.rsplit("Åsa", 1)) for form, text in SAME.items() if form != "two columns"}


@on_one_database
@pytest.mark.parametrize("how", ["pasted", "in a file"])
@pytest.mark.parametrize("form", SAME)
def test_who_stands_twice_is_shown_twice_and_invited_once(
    form: str, how: str, look: Look, outbox: Outbox, bengt: Person
) -> None:
    text = SAME[form]
    seen = look(bengt, *text.splitlines()) if how == "pasted" else look(bengt, **file(text))
    assert [row[4] for row in rows_of(seen)] == ["Kan bjudas in", TWICE]
    assert seen.press("Skicka till 1 granne").status == 303
    assert outbox.addressed() == [("invitation", "ek@example.org")]


@pytest.mark.parametrize("how", ["pasted", "in a file"])
@pytest.mark.parametrize("form", ANOTHER)
def test_another_name_on_an_address_is_asked_about(
    form: str, how: str, look: Look, outbox: Outbox, bengt: Person
) -> None:
    text = ANOTHER[form]
    seen = look(bengt, *text.splitlines()) if how == "pasted" else look(bengt, **file(text))
    assert "Adressen står också på rad 1. Bjud in Bo också?" in seen.text
    both = seen.press("Granska igen", {"rows-1-also": "y"})
    assert both.press("Skicka till 2 grannar").status == 303
    assert outbox.addressed() == [("invitation", "ek@example.org")] * 2


def test_a_spreadsheet_is_read_the_same_way(look: Look, bengt: Person) -> None:
    names = ("Namn", "E-post")
    rows = ("Åsa", "ek@example.org"), ("Bo", "ek@example.org"), ("Åsa", "Ek@example.org")
    seen = look(bengt, **sheet(names, *rows))
    assert "Adressen står också på rad 1. Bjud in Bo också?" in seen.text
    assert [row[4] for row in rows_of(seen) if row[0] == "3"] == [TWICE]


@pytest.mark.parametrize(
    "one",
    [
        "ek@example.org <ek@example.org>", "[ek@example.org](mailto:ek@example.org)",
        "Åsa ek@example.org (ek@example.org)", "'ek@example.org' <EK@example.org>",
        "ek@example.org<mailto:ek@example.org>",
    ],
)  # fmt: skip
def test_an_address_that_is_its_own_name_is_one_row(one: str, look: Look, bengt: Person) -> None:
    for seen in look(bengt, one), look(bengt, **file(f"{one}\n")):
        assert [row[4] for row in rows_of(seen)] == ["Kan bjudas in"]
