"""Checks that a personnummer is found however it is written, and that similar numbers are accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from watch.personnummer import has_personnummer

WRITTEN = [
    "(800101)1231",
    "800101:1231",
    "811218-9876", "8112189876", "811218 9876", "19811218-9876", "198112189876", "19811218 9876",
    "811218+9876", "121218+9801", "19121218+9801",  # over a hundred years
    "811278-9873", "811278–9873",  # a samordningsnummer
    "811218-9875", "811218–9875", "198112189875", "1981-12-18-9875",  # mistyped
    "811218–9876", "811218—9876", "811218\u22129876", "811218\u20119876", "811218 – 9876",
    "811218\u00a09876", "811218\u20099876", "811218\u202f–\u202f9876", "811218\u200b-\u200b9876",
    "81\u00ad1218-9876", "811218.9876", "811218/9876", "811218_9876",
    "19 811218-9876", "1981 12 18 9876", "1981-12-18-9876", "1981-12-18 9876", "1981.12.18-9876",
    "81 12 18 9876", "81 12 18 98 76", "81-12-18-9876", "8112 18 9876", "1981 1218 9876",
    "8 1 1 2 1 8 9 8 7 6", "8 1 1 2 1 8 - 9 8 7 6", "1 9 8 1 1 2 1 8 9 8 7 6",
    "٨١١٢١٨-٩٨٧٦", "٨١١٢١٨٩٨٧٦", "۸۱۱۲۱۸ ۹۸۷۶", "８１１２１８－９８７６", "८११२१८-९८७६",
    "070123-4569", "200701234569", "0701234569", "070123 4569", "07 01 23 4569",
    "lgh 1203 811218 9876", "12 811218-9876",
    "8O0101-1231", "8OO1O1-123l", "8o0101 123I", "l98001011231", "80\u041e101-1231",  # letters for digits
    "kundnummer 800101-1231", "org.nr 800101-1231", "OCR 19800101-1231",  # just as one, whatever it is called
    "811218\n9876", "811218-\n9876", "19811218\r\n9876",  # over the end of a line
    "811218 9875", "19811218 9875", "811218\u00a09875",  # mistyped, apart
]  # fmt: skip
NONE = [
    "0701234567", "070-123 45 67", "070-123 45 69", "070 123 45 69", "0701-23 45 69", "0701-234569",
    "+46701234569", "+46 70 123 45 69", "+46 (0)70-123 45 69", "0046 70 123 45 69", "08-12 34 56 78",
    "08 10 15 20 30", "0812-18 98 76", "033-12 34 56", "+46 81 12 18 98 76", "114 14", "0771-112 112",
    "556036-0793", "5560360793", "16556036-0793", "165560360793", "802401-1234",  # of firms and associations
    "5050-1055", "26 10 05-1", "OCR 1234567890", "9812345678", "SE45 5000 0000 0583 9825 7466",
    "2026-09-23", "2026-09-23 18.00", "2026-09-23 1830", "20260923 1830", "260923 1800", "260923-1800",
    "270923 1800", "2019-09-23 1830", "2019-09-23 18:30", "2026-09-01–2026-09-30", "1/10 2026",
    "811332-1234", "810230-1234", "811200-1234", "811292-9876", "21811218-9876", "20811218-9876",
    "1 981 218 987 600 kr", "Våglängdsgatan 21 23 25 27 29", "12345678901234567890", "811218-98765",
    "bankgiro 811218-9875", "BG 811218-9875", "Plusgiro nr 811218-9875", "faktura 811218 9875",
    "ordernummer 811218-9875", "bankgiro 261005-1234", "261005-1234",
    "OCR 8001011231", "OCR-nummer: 8001011231", "plusgiro 80 01 01-1231", "Kundnummer 8001011231",
    "ärendenummer är 8001011231", "bankgiro 8001011231", "OCR 198001011231", "lOl", "OO IO 2l",
    "A811218B9876", "811218, 9876", "811218\n9875", "261205\n1800", "1203\n1204",
]  # fmt: skip


@pytest.fixture(autouse=True)
def autumn() -> Iterator[None]:
    """A date close to the dates in this file."""
    with time_machine.travel(date(2026, 10, 5)):
        yield


@pytest.mark.parametrize("written", WRITTEN)
def test_it_is_found_however_it_is_written(written: str) -> None:
    assert has_personnummer(f"Lina {written}, 3 tr")
    assert has_personnummer(written)


@pytest.mark.parametrize("written", NONE)
def test_what_only_looks_like_one_may_be_written(written: str) -> None:
    assert not has_personnummer(f"Det är {written}.")
    assert not has_personnummer(written)


def test_no_phone_as_people_write_them_is_one() -> None:
    ways = (
        "07{}-{:03} {:02} {:02}",
        "07{} {:03} {:02} {:02}",
        "+467{}{:03}{:02}{:02}",
        "+46 7{} {:03} {:02} {:02}",
    )
    numbers = [(a, b, c, c) for a in range(10) for b in range(0, 1000, 7) for c in range(0, 100, 9)]
    phones = [way.format(*number) for way in ways for number in numbers]
    assert [phone for phone in phones if has_personnummer(phone)] == []


def test_no_day_with_its_hour_is_one() -> None:
    ways = "{:04}-{:02}-{:02} {:02}{:02}", "{:04}{:02}{:02} {:02}{:02}", "{:04}-{:02}-{:02} {:02}.{:02}"
    moments = [
        (year, month, day, hour, minute)
        for year in range(2020, 2028) for month in range(1, 13) for day in (1, 9, 17, 28)
        for hour in (0, 9, 18, 23) for minute in (0, 15, 30)
    ]  # fmt: skip
    said = [way.format(*moment) for way in ways for moment in moments]
    assert [each for each in said if has_personnummer(each)] == []


def test_of_numbers_of_ten_digits_hardly_one_is_taken_for_one() -> None:
    """Invoices and customers have ten digits too; a date and a check digit exclude most of them."""
    numbers = range(1_000_000_007, 9_999_999_999, 999_983)
    found = sum(has_personnummer(str(number)) for number in numbers)
    assert found / len(numbers) < 0.01
