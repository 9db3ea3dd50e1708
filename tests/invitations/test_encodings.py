"""Checks that no list in another country's encoding gives wrong letters: rightly read, or to be mended."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import on_one_database
from tests.newcomers import rows_of
from tests.page_client import Page
from watch.encodings import decoded, is_garbled
from watch.models import Person

READ = {
    "cp1252": [
        "Åsa Öberg",
        "Björn Sjöström",
        "Zoë",
        "Hélène",
        "Muñoz",
        "João Simões",
        "Çelik",
        "Søren Kjær",
        "Müller",
    ],
    "cp850": ["Åsa Öberg", "Björn Sjöström", "Søren", "André", "Müller"],
    "cp437": ["Åsa Öberg", "Carin Åkesson", "André"],
    "mac_roman": ["Åsa Öberg", "Carin Åkesson", "André", "Müller"],
}
NOT_READ = {
    "cp1254": ["Ayşe Yılmaz", "Şahin Çelik", "Çağrı", "İbrahim Öztürk", "Işık", "Bağış Koç", "ŞAHİN YILDIZ"],
    "cp857": ["Ayşe Yılmaz", "Çağrı Şahin", "İbrahim Öztürk", "Gülşen Doğan", "Işık"],
    "cp1250": ["Łukasz Żak", "Małgorzata Dąbrowska", "Kaliński", "Jiří Dvořák", "Kovačević", "Erdős"],
    "cp852": ["Łukasz Żak", "Małgorzata Wiśniewska", "Kovačević"],
    "mac_latin2": ["Łukasz Żak", "Małgorzata Dąbrowska"],
    "mac_turkish": ["Ayşe Yılmaz", "Çağrı Şahin"],
    "cp1251": ["Иван Петров", "Анна", "Лев", "Наталья Соловьёва", "ИВАН ПЕТРОВ"],
    "cp866": ["Иван Петров", "Наталья Соловьёва"],
    "koi8_r": ["Иван Петров", "Анна"],
    "mac_cyrillic": ["Анна"],
    "cp1256": ["محمد علي", "أحمد حسن", "فاطمة", "عبد الرحمن", "إبراهيم", "يوسف"],
    "iso8859_6": ["محمد علي", "فاطمة"],
    "cp720": ["محمد"],
    "cp1253": ["Γιώργος Παπαδόπουλος", "Ελένη"],
    "cp1255": ["דוד כהן"],
    "cp1257": ["Žilvinas Šimkus", "Jānis Bērziņš"],
    "cp775": ["Jānis Bērziņš"],
    "gb18030": ["李明"],
}
EACH = [(encoding, name) for encoding, names in NOT_READ.items() for name in names]


def read_as(encoding: str, *names: str) -> list[str]:
    rows = "\r\n".join(["Namn;E-post", *(f"{name};a@x.example" for name in names)])
    return [row.split(";")[0] for row in decoded(rows.encode(encoding))[0].splitlines()[1:]]


@pytest.mark.parametrize("encoding", READ)
def test_a_swedish_list_is_read(encoding: str) -> None:
    assert read_as(encoding, *READ[encoding], "Bo Ek") == [*READ[encoding], "Bo Ek"]


@pytest.mark.parametrize(("encoding", "name"), [(each, name) for each in READ for name in READ[each]])
def test_one_name_alone_is_read_or_to_be_mended(encoding: str, name: str) -> None:
    (found,) = read_as(encoding, name)
    assert found == name or "\ufffd" in found


@pytest.mark.parametrize(("encoding", "name"), EACH)
def test_another_countrys_letters_are_to_be_mended(encoding: str, name: str) -> None:
    (found,) = read_as(encoding, name)
    assert "\ufffd" in found or is_garbled(found)


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("P?r Ek", True), ("?kesson", True), ("Bj?rkgatan 1", True), ("Bor?s", True),
        ("P=C3=A4r", True), ("P%C3%A4r", True),
        ("P{r Ek", True), ("|berg", True), ("}ke Ek", True), ("Bost{der i Bor}s", True), ("Sj|", True),
        ("BOR]S", True), ("]ke Ek", True), ("\\berg", True), ("SJ\\", True), ("[ngel", True),
        ("P+AOQ-r Ek", True), ("Bj+APY-rkgatan 1", True), ("Bj%F6rkgatan", True), ("P=E4r", True),
        ("%D6berg", True),
        ("Bj\\u00f6rk", True), ("P\\xe4r", True), ("Bj&ouml;rk", True), ("Bj&#246;rk", True),
        ("Bj_rkgatan 1", True), ("Bj*rkgatan", True), ("Bjφrkgatan", True), ("Bjцrk", True),
        ("Anna | Ek", False), ("Hus [norra]", False), ("21 [A]", False), ("{x}@x.se", False),
        ("a_b@x.se", False), ("100 % Ek", False),
        ("Anna Ек", False), ("Γιώργος Ek", False), ("AT&T", False), ("+46 70 123 45 67", False),
        ("Gr?", True), ("G??ran", True), ("Str? 1", True), ("Anna ? Bo", False), ("?", False),
    ],
)  # fmt: skip
def test_a_letter_that_another_program_could_not_write_is_to_be_mended(text: str, is_so: bool) -> None:
    assert is_garbled(text) is is_so


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_selection_gives_wrong_letters(data: st.DataObject) -> None:
    encoding = data.draw(st.sampled_from([*NOT_READ]))
    names = data.draw(st.lists(st.sampled_from(NOT_READ[encoding]), min_size=1, max_size=5))
    for found in read_as(encoding, *names):
        assert "\ufffd" in found or is_garbled(found)


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""])
def test_two_files_put_together_have_no_mark_between_them(mark: bytes) -> None:
    data = mark + "Namn;E-post\nÅsa;a@x.se\n".encode() + b"\xef\xbb\xbf" + "Öst;b@x.se\n".encode()
    assert decoded(data) == ("Namn;E-post\nÅsa;a@x.se\nÖst;b@x.se\n", False)


def test_the_page_asks_for_another_file_where_letters_are_uncertain(
    look: Callable[..., Page], bengt: Person
) -> None:
    rows = "Namn;E-post\nTõnu;a@x.example\nBo;b@x.example\n"
    seen = look(bengt, file=(BytesIO(rows.encode("cp1252")), "x.csv"))
    assert "Spara den som Excel-fil eller som CSV UTF-8" in seen.text
    assert [row[2] for row in rows_of(seen)] == ["T\ufffdnu", "Bo"]
    seen = look(bengt, file=(BytesIO(rows.replace("Tõnu", "Åsa").encode("cp1252")), "x.csv"))
    assert "Spara den som Excel-fil" not in seen.text


@on_one_database
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["Anna", "محمد", "李", "Иван"])
def test_two_bytes_a_letter_are_told_from_a_binary_file(
    look: Callable[..., Page], bengt: Person, encoding: str, name: str
) -> None:
    seen = look(bengt, file=(BytesIO(f"{name};a@x.example\r\n".encode(encoding)), "x.csv"))
    assert "Spara som CSV i UTF-8, eller som XLSX." in seen.text
