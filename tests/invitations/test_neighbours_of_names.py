"""Checks that an address is never invited by the name of somebody else, or by words that are no name."""

from __future__ import annotations

import pytest

from watch.invitations.lists import list_of_file, list_of_text


@pytest.mark.parametrize(
    "other", ["E-post hyresvärd", "Tidigare e-post", "Godmans e-post", "Mejl till förvaltaren"]
)
def test_a_column_of_anothers_address_is_told_and_not_read(other: str) -> None:
    found = list_of_file(f"Namn;E-post;{other}\nBo Ek;bo@x.example;vard@x.example\n".encode())
    assert [(each.address, each.name) for each in found.people] == [("bo@x.example", "Bo Ek")]
    assert found.unread == ["vard@x.example"]


@pytest.mark.parametrize("second", ["E-post 2", "E-post arbete", "Mejladress", "E-mail"])
def test_a_second_column_of_ones_own_is_read(second: str) -> None:
    found = list_of_file(f"Namn;E-post;{second}\nBo Ek;bo@x.example;bo2@x.example\n".encode())
    assert [each.address for each in found.people] == ["bo@x.example", "bo2@x.example"]


def test_the_only_column_is_read_whatever_stands_beside_the_word() -> None:
    found = list_of_file(b"Namn;Din e-post\nBo Ek;bo@x.example\n")
    assert [(each.address, each.name) for each in found.people] == [("bo@x.example", "Bo Ek")]


def test_one_name_is_not_given_to_two_addresses() -> None:
    found = list_of_file(b"Namn;E-post\nBo Ek;b@x.example;c@x.example\n")
    assert [each.name for each in found.people] == ["", ""]


@pytest.mark.parametrize(
    ("typed", "name", "flat"),
    [
        ("Anna; Bo <a@x.example>", "", ""),
        ("Anna Ek, Bo Berg <a@x.example>", "", ""),
        ("Distansgatan 3 <a@x.example>", "", ""),
        ("Anna Ek 070-123 45 67 <a@x.example>", "", ""),
        ("Anna Ek lgh 1203 <a@x.example>", "Anna Ek", "lgh 1203"),
        ("1203 Anna Ek <a@x.example>", "Anna Ek", "1203"),
        ("Från Anna Ek <a@x.example>", "Anna Ek", ""),
        ("Med vänlig hälsning Anna <a@x.example>", "Anna", ""),
        ("Anna Ek on behalf of Grannar <a@x.example>", "Anna Ek", ""),
        ("Anna Ek <a@x.example>", "Anna Ek", ""),
    ],
)
def test_what_stands_before_brackets_is_a_name_or_is_left_to_the_reader(
    typed: str, name: str, flat: str
) -> None:
    (one,) = list_of_text(typed).people
    assert (one.address, one.name, one.flat) == ("a@x.example", name, flat)


@pytest.mark.parametrize(
    "nothing",
    [
        "#SAKNAS!",
        "#NAMN?",
        "#REFERENS!",
        "#DIVISION/0!",
        "#N/A",
        "None",
        "nan",
        "(tom)",
        "okänd",
        "Namn saknas",
    ],
)
def test_what_a_program_writes_for_nothing_is_no_name(nothing: str) -> None:
    (one,) = list_of_file(f"Namn;E-post\n{nothing};a@x.example\n".encode()).people
    assert one.name == ""
