"""Checks that a phone number is valid or refused, and that no letter becomes a digit."""

from __future__ import annotations

import pytest

from watch.phones import CostsExtra, WordsInPhone, read_phone

RING_ME = "+46701234567"


@pytest.mark.parametrize(
    "typed",
    [
        "070-123 45 67",
        "0701234567",
        "070 123 45 67",
        "070.123.45.67",
        "070–123 45 67",
        "+46 70 123 45 67",
        "+46 (0)70-123 45 67",
        "0046701234567",
        "tel:070-123 45 67",
        "TEL:+46701234567",
        " (070) 1234567 ",
        "٠٧٠١٢٣٤٥٦٧",
        "\u200e070-123 45 67\u200f",
        "070-123\u00a045\u00a067",
    ],
)
def test_a_number_is_read_however_it_is_written(typed: str) -> None:
    assert read_phone(typed) == RING_ME


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("033-35 70 00", "+4633357000"),
        ("08-123 456 78", "+46812345678"),
        ("0771-112 112", "+46771112112"),
        ("+47 22 12 34 56", "+4722123456"),
        ("+252 61 5123456", "+252615123456"),
    ],
)
def test_other_numbers_are_kept_in_full(typed: str, kept: str) -> None:
    assert read_phone(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "070-123 45 67 (hem)",
        "070-123 45 67 sms",
        "070 123 45 67 (Axel)",
        "033-35 70 00 (växel)",
        "033-35 70 00, knappval 2",
        "hem 070-123 45 67",
        "070-123 45 67 x",
        "070-123 45 67 ext 2",
        "0700-RINGMIG",
        "070-12E 45 67",
        "070-123 45 67 بيت",
        "mobil: 070-123 45 67",
        "O70-123 45 67",
    ],
)
def test_no_letter_becomes_a_digit(typed: str) -> None:
    for takes_short in (False, True):
        with pytest.raises(WordsInPhone):
            read_phone(typed, takes_short=takes_short)


@pytest.mark.parametrize(
    "typed",
    [
        "0701234567 8",
        "7012345",
        "070-123 45 6",
        "070-123 45 67 8",
        "0",
        "12",
        "+46",
        "+4670",
        "070-123 45 67;2",
        "070-123 45 67 / 033-35 70 00",
        "070-123 45 67, 070-123 45 68",
        "+1 12",
        "ring mig",
        "-",
        "+999 123456",
    ],
)
def test_a_number_that_does_not_exist_is_refused(typed: str) -> None:
    for takes_short in (False, True):
        with pytest.raises(ValueError, match="no phone number"):
            read_phone(typed, takes_short=takes_short)


@pytest.mark.parametrize(
    "typed",
    [
        "0900 123 456", "0900-20 00 11", "0939-100 10 00", "0944 123 456", "+46 900 123456", "0046939123456",
        "tel:+46 (0)944-123 456", "٠٩٠٠ ١٢٣ ٤٥٦", "+47 829 12345",
    ],
)  # fmt: skip
def test_a_number_that_costs_extra_is_refused(typed: str) -> None:
    for takes_short in (False, True):
        with pytest.raises(CostsExtra):
            read_phone(typed, takes_short=takes_short)


@pytest.mark.parametrize("typed", ["118 118", "118-800"])
def test_directory_enquiries_cost_extra_too(typed: str) -> None:
    with pytest.raises(CostsExtra):
        read_phone(typed, takes_short=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("112", "112"),
        ("114 14", "114 14"),
        ("11414", "114 14"),
        ("11 414", "114 14"),
        ("114-14", "114 14"),
        ("1177", "1177"),
        ("11 77", "1177"),
        ("113 13", "113 13"),
        ("116 117", "116 117"),
        ("tel:112", "112"),
        ("116 111", "116 111"),
    ],
)
def test_short_numbers_are_for_contact_persons_only(typed: str, kept: str) -> None:
    assert read_phone(typed, takes_short=True) == kept
    with pytest.raises(ValueError, match="no phone number"):
        read_phone(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "11",
        "1",
        "111",
        "1234",
        "12345",
        "119999",
        "+112",
        "114 141 4",
    ],
)
def test_not_everything_short_is_a_number(typed: str) -> None:
    with pytest.raises(ValueError, match="no phone number"):
        read_phone(typed, takes_short=True)
