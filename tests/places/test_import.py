"""Checks the landlord's list: read completely or refused with every error, and the same when read twice."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_coordinator, make_group, make_member, make_person
from tests.page_client import PageClient
from tests.places.damage import DAMAGE, FIRST, HEADER, SECOND, listed
from watch import tokens
from watch.extensions import db
from watch.models import Area, AuditEntry, Building, Flat, Landlord, Model, Property, Purpose, Stairwell
from watch.places import landlord_list, service
from watch.places.labels import sentence
from watch.places.problems import BadLandlordList, Problem, RowError

SAMPLE = Path(__file__).resolve().parents[2] / "watch/ops/sample/fastigheter-boras.csv"


ALL_NEW = [f"--new-area={name}" for name in ("Boda", "Hässleholmen", "Norrby")]


def counts() -> dict[str, int]:
    """Return the number of places of each kind."""
    kinds: tuple[type[Model], ...] = (Area, Landlord, Property, Building, Stairwell, Flat)
    return {kind.__name__: db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds}


NOTHING = dict.fromkeys(("Area", "Landlord", "Property", "Building", "Stairwell", "Flat"), 0)


@on_one_database
@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named_by_row_and_column_and_nothing_is_saved(
    damage: str, cli: Callable[..., Result], tmp_path: Path
) -> None:
    data, said = DAMAGE[damage]
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(data)
    assert [sentence(error) for error in bad.value.errors] == said
    (file := tmp_path / "list.csv").write_bytes(data)
    answer = cli("places", "import", file)
    lines = answer.stderr.splitlines()
    assert (answer.exit_code, len(lines)) == (1, len(said) + 1)
    assert lines[-1] == f"{'1 error' if len(said) == 1 else f'{len(said)} errors'}. Nothing is saved."
    assert counts() == NOTHING


def test_the_real_list_is_taken_in_once_however_often_it_is_read(cli: Callable[..., Result]) -> None:
    everything = {"Area": 3, "Landlord": 3, "Property": 89, "Building": 89, "Stairwell": 351, "Flat": 3486}
    first = cli("places", "import", SAMPLE, *ALL_NEW)
    assert first.output.splitlines()[-1] == (
        "New: flats 3486, stairwells 351, buildings 89, properties 89, landlords 3, areas 3. "
        "Changed: 0. Gone: 0. Back: 0."
    )
    assert (first.exit_code, counts()) == (0, everything)
    second = cli("places", "import", SAMPLE)
    assert second.output.splitlines()[-1] == "Nothing new: the list says what was known."
    assert (second.exit_code, counts()) == (0, everything)
    by_area = select(Area.slug).order_by(Area.sort_key)
    assert db.session.scalars(by_area).all() == ["boda", "hassleholmen", "norrby"]
    assert (
        db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)).all() == ["places-imported"] * 6
    )


def test_each_stairwell_gets_a_poster_whose_code_finds_it(cli: Callable[..., Result], tmp_path: Path) -> None:
    (file := tmp_path / "list.csv").write_bytes(listed(FIRST, SECOND))
    cli("places", "import", file, "--new-area=Norrby")
    stairwells = db.session.scalars(select(Stairwell)).all()
    assert len(stairwells) == 2
    for stairwell in stairwells:
        index = tokens.code_index(Purpose.POSTER, tokens.code(Purpose.POSTER, stairwell.nonce))
        assert db.session.scalars(select(Stairwell).where(Stairwell.poster_index == index)).one() == stairwell


def test_a_misspelt_area_is_not_made(cli: Callable[..., Result], tmp_path: Path, boda: Area) -> None:
    (file := tmp_path / "list.csv").write_bytes(
        listed(FIRST, *(SECOND.replace("Norrby;", "Norbry Öst;").replace("Skomakaren 3", "Skomakaren 4"),))
    )
    answer = cli("places", "import", file, "--new-area", "norrby")
    assert (answer.exit_code, answer.stderr) == (1, (
        "Error: There are no such areas: Norbry Öst. The areas are: Boda. Nothing is saved. "
        "If they are new, run again with --new-area 'Norbry Öst'.\n"
    ))  # fmt: skip
    assert db.session.scalars(select(Area.name)).all() == ["Boda"]
    assert cli("places", "import", file, "--new-area=norrby", "--new-area=Norbry Öst").exit_code == 0
    assert cli("places", "import", file).exit_code == 0  # known by now
    by_name = select(Area.name).order_by(Area.name)
    assert db.session.scalars(by_name).all() == ["Boda", "Norbry Öst", "Norrby"]


def test_an_area_gets_a_target(cli: Callable[..., Result], client: PageClient, scene: Scene) -> None:
    done = cli("places", "target", "norrby", "6", "2031-06-30")
    assert (done.exit_code, done.output) == (0, "Target of Norrby: 6 groups by 2031-06-30.\n")
    text = client.get("/overview", as_=scene.gun).text
    assert "0 grupper, mål 6" in text
    assert "Målet gäller till 30 juni 2031." in text
    assert cli("places", "target", "norrby", "0", "2031-06-30").exit_code == 2
    assert cli("places", "target", "norrby", "6", "30 juni").exit_code == 2
    unknown = cli("places", "target", "norbry", "6", "2031-06-30")
    assert (unknown.exit_code, unknown.output) == (
        1, "Error: There is no area norbry. The areas are: boda, hassleholmen, norrby.\n"
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_the_usual_ways_to_write_a_list_read_the_same(encoding: str, delimiter: str, end: str) -> None:
    text = end.join([HEADER, FIRST, ";" * 8, SECOND, "", ""]).replace(";", delimiter)
    assert landlord_list.read(text.encode(encoding)) == [
        landlord_list.FlatRow(
            row=row, area="Norrby", property="Skomakaren 3", landlord="Brf Norrbyhus", building="Hus 3",
            street="Norrby Långgata", number=number, flat=flat, landlord_number=own, city="Borås",
            postcode="504 34",
        )
        for row, number, flat, own in ((2, "21", "1001", "N-1"), (4, "23", "1102", "N-2"))
    ]  # fmt: skip


def as_spreadsheet(*rows: str, hidden: tuple[int, ...] = ()) -> bytes:
    """Return a list as XLSX, with a sheet of notes before it."""
    book = openpyxl.Workbook()
    book.active.append(("Anteckningar",))
    sheet = book.create_sheet("Lista")
    for row in rows:
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row.split(";")])
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def test_a_spreadsheet_reads_as_the_same_list_in_csv() -> None:
    shorter = [row.replace("Internt nummer;", "").replace("N-1;", "") for row in (HEADER, FIRST)]
    assert landlord_list.read(as_spreadsheet(*shorter)) == landlord_list.read(
        listed(shorter[1], header=shorter[0])
    )
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(as_spreadsheet(HEADER, FIRST, SECOND.replace("1102", "902")))
    assert bad.value.errors == [RowError(3, "Lägenhetsnummer", "902", Problem.FLAT_NUMBER_FORM)]


@pytest.mark.parametrize(
    "hidden",
    [(2,), (2, 3)],
)
def test_a_list_with_hidden_rows_is_refused(
    hidden: tuple[int, ...],
    cli: Callable[..., Result],
    client: PageClient,
    scene: Scene,
    tmp_path: Path,
) -> None:
    """A filter that was left on in Excel would make flats gone."""
    data, before = (
        as_spreadsheet(HEADER, FIRST, SECOND, FIRST.replace("1001", "1101"), hidden=hidden),
        counts(),
    )
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(data)
    assert bad.value.errors == [RowError(None, None, "", Problem.HIDDEN_ROWS, count=len(hidden))]
    page = client.post("/areas/norrby/import", {"file": (BytesIO(data), "lista.xlsx")}, as_=scene.gun)
    assert page.status == 422
    said = f"Dolda rader i kalkylbladet, kanske av ett filter: {len(hidden)}. Visa alla rader i bladet, spara"
    assert said in page.text
    (file := tmp_path / "list.xlsx").write_bytes(data)
    answer = cli("places", "import", file)
    assert (answer.exit_code, answer.stderr) == (1, (
        f"Hidden rows in the spreadsheet, perhaps by a filter: {len(hidden)}. "
        "Show all rows of the sheet, save and upload it again.\n1 error. Nothing is saved.\n"
    ))  # fmt: skip
    assert counts() == before


@pytest.mark.parametrize(
    ("cell", "place", "said"),
    [
        ("=A2", "kolumn Postnummer:", "Cellen har en formel men inget värde."),
        ("#REF!", "kolumn Postnummer, ”#REF!”:", "Formeln i cellen ger ett fel."),
        (True, "kolumn Postnummer, ”TRUE”:", "Cellen har sant eller falskt i stället för ett värde."),
    ],
)
def test_a_cell_without_text_is_called_what_it_is(cell: str | bool, place: str, said: str) -> None:
    book = openpyxl.load_workbook(BytesIO(as_spreadsheet(HEADER, FIRST, SECOND)))
    book["Lista"]["I3"] = cell
    book["Lista"]["G2"] = cell  # the landlord's own number, which need not be there
    book.save(data := BytesIO())
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(data.getvalue())
    other, line = map(sentence, bad.value.errors)
    assert line.startswith(f"Rad 3, {place} {said}")
    assert other.startswith(f"Rad 2, {place.replace('Postnummer', 'Internt nummer')} {said}")


def test_a_formula_that_comes_to_nothing_is_an_empty_cell() -> None:
    data = as_spreadsheet(HEADER, FIRST.replace("N-1", "=A2"))
    empty = re.sub(rb"(?<=<f>A2</f>)<v ?/>|<v></v>", b"<v></v>", unpacked(data))
    assert b"<f>A2</f><v></v>" in empty
    text = packed(data, empty.replace(b'<c r="G2"', b'<c t="str" r="G2"'))
    assert landlord_list.read(text)[0].landlord_number is None


def unpacked(data: bytes) -> bytes:
    """Return the XML of a list's sheet."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        return book.read("xl/worksheets/sheet2.xml")


def packed(data: bytes, sheet: bytes) -> bytes:
    """Return a list with other XML of its sheet."""
    new = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as book:
        for name in old.namelist():
            book.writestr(name, sheet if name.endswith("sheet2.xml") else old.read(name))
    return new.getvalue()


def test_a_small_file_that_unpacks_to_too_much_is_to_be_saved_as_csv() -> None:
    """To divide it would make flats gone."""
    data = as_spreadsheet(HEADER, FIRST)
    data = packed(data, unpacked(data) + b" " * (51 * 1024 * 1024))
    assert len(data) < 100_000
    with pytest.raises(BadLandlordList) as bad:
        landlord_list.read(data)
    assert [sentence(error) for error in bad.value.errors] == [
        "Kalkylbladet blir för stort när det öppnas, fast filen är liten. "
        "Spara det som CSV och välj den filen."
    ]


@pytest.mark.parametrize(
    ("above", "first"),
    [("sep=;", 2), ("Fastighetsägarens lista 2026", 3), ("Listan;från oss", 3)],
)
def test_a_title_and_a_line_for_excel_may_stand_above_the_columns(above: str, first: int) -> None:
    """A spreadsheet does not show the `sep=` line, so it is not counted as a row."""
    (row,) = landlord_list.read(listed(FIRST, header=f"{above}\r\n{HEADER}"))
    assert (row.row, row.flat) == (first, "1001")


def test_tabs_line_breaks_and_spaces_are_no_matter() -> None:
    (want,) = landlord_list.read(listed(FIRST))
    spaced = FIRST.replace("Norrby Långgata 21", '"Norrby\nLånggata\u00a0 21"').replace(
        "504 34", "504\u00a034"
    )
    for text in listed(spaced), listed(FIRST).replace(b";", b"\t"), listed(FIRST).replace(b";", b"|"):
        assert landlord_list.read(text) == [want]


def test_columns_stand_in_any_order_and_extra_ones_are_left_out() -> None:
    header = "HUS;Hyresgäst;" + ";".join(name for name in HEADER.split(";") if name != "Hus")
    cells = FIRST.split(";")
    row = ";".join([cells[3], "Amina Yusuf", *cells[:3], *cells[4:]])
    assert landlord_list.read(listed(row, header=header)) == landlord_list.read(listed(FIRST))


def test_the_landlords_own_numbers_may_be_missing() -> None:
    header = HEADER.replace("Internt nummer;", "")
    assert landlord_list.read(listed(FIRST.replace("N-1;", ""), header=header))[0].landlord_number is None
    assert landlord_list.read(listed(FIRST.replace("N-1", "")))[0].landlord_number is None


@pytest.mark.parametrize("sign", "=+-@")
def test_a_cell_that_looks_like_a_formula_is_text(sign: str) -> None:
    (plain,) = landlord_list.read(listed(FIRST.replace("N-1", f"{sign}SUM(A1)")))
    (marked,) = landlord_list.read(listed(FIRST.replace("N-1", f"'{sign}SUM(A1)")))
    assert plain.landlord_number == marked.landlord_number == f"{sign}SUM(A1)"


def test_numbers_and_postcodes_are_written_in_one_way() -> None:
    (row,) = landlord_list.read(
        listed(FIRST.replace("Långgata 21", "Långgata 21 b").replace("504 34", "50434"))
    )
    assert (row.street, row.number, row.postcode) == ("Norrby Långgata", "21B", "504 34")


def take_in(*rows: str) -> service.Imported:
    """Import a list."""
    imported = service.import_landlord_list(landlord_list.read(listed(*rows)))
    db.session.commit()
    return imported


def test_a_changed_list_adds_and_updates_and_deletes_nothing(app: Flask) -> None:
    take_in(FIRST, SECOND)
    changed = (
        SECOND.replace("N-2", "N-200").replace("Brf Norrbyhus", "Victoriahem").replace("504 34", "504 35")
    )
    new = changed.replace("Långgata 23", "Långgata 25").replace("N-200", "N-3")
    assert take_in(changed, new) == service.Imported(landlords=1, stairwells=1, flats=1)
    flats = select(Flat.landlord_number).join(Stairwell).order_by(Stairwell.sort_key)
    assert db.session.scalars(flats).all() == ["N-1", "N-200", "N-3"]
    building = db.session.scalars(select(Building)).one()
    assert (building.address, building.property.landlord.name) == ("Norrby Långgata 21–25", "Victoriahem")
    assert [stairwell.postcode for stairwell in building.stairwells] == ["504 34", "504 35", "504 35"]


def test_a_renamed_building_stays_the_same_one_and_keeps_its_group(app: Flask) -> None:
    take_in(FIRST)
    building = db.session.scalars(select(Building)).one()
    group = make_group(building)
    renamed = [
        row.replace("Hus 3", "Kvarteret").replace("Skomakaren 3", "Skomakaren 30") for row in (FIRST, SECOND)
    ]
    assert take_in(*renamed) == service.Imported(properties=1, stairwells=1, flats=1)
    assert (building.name, building.property.designation, building.group_id) == (
        "Kvarteret",
        "Skomakaren 30",
        group.id,
    )
    assert (building.address, group.name) == ("Norrby Långgata 21–23", "Norrby Långgata 21–23")


def test_stairwells_move_between_buildings_without_groups(app: Flask) -> None:
    take_in(FIRST, SECOND)
    assert take_in(FIRST, SECOND.replace("Hus 3", "Hus 4")) == service.Imported(buildings=1)
    addresses = select(Building.name, Building.address).order_by(Building.name)
    assert db.session.execute(addresses).all() == [
        ("Hus 3", "Norrby Långgata 21"),
        ("Hus 4", "Norrby Långgata 23"),
    ]


def refused(*rows: str) -> list[RowError]:
    """Return the errors of a list that is refused."""
    with pytest.raises(BadLandlordList) as bad:
        take_in(*rows)
    db.session.rollback()
    return list(bad.value.errors)


def test_the_house_of_a_group_is_not_moved_by_a_list(app: Flask) -> None:
    take_in(FIRST, SECOND)
    make_group(db.session.scalars(select(Building)).one())
    db.session.commit()
    assert refused(FIRST, SECOND.replace("Hus 3", "Hus 4")) == [
        RowError(3, "Adress", "Norrby Långgata 23", Problem.ADDRESS_OF_A_GROUP_ELSEWHERE)
    ]
    assert refused(FIRST.replace("Norrby;", "Boda;")) == [
        RowError(2, "Område", "Boda", Problem.PROPERTY_IN_ANOTHER_AREA)
    ]
    assert db.session.scalars(select(Area.slug)).all() == ["norrby"]


def test_no_house_changes_its_area_by_a_slip_of_the_pen(app: Flask) -> None:
    take_in(FIRST, SECOND)
    assert refused(FIRST.replace("Norrby;", "Nyområdet;")) == [
        RowError(2, "Område", "Nyområdet", Problem.PROPERTY_IN_ANOTHER_AREA)
    ]
    assert db.session.scalars(select(Area.slug)).all() == ["norrby"]


def test_two_areas_of_nearly_the_same_name_get_addresses_of_their_own(app: Flask) -> None:
    take_in(FIRST, SECOND.replace("Norrby;Skomakaren 3", "Nörrby;Skomakaren 4"))
    slugs = select(Area.name, Area.slug).order_by(Area.id)
    assert db.session.execute(slugs).all() == [("Norrby", "norrby"), ("Nörrby", "norrby-1")]


def imported(cli: Callable[..., Result], tmp_path: Path, *rows: str, more: tuple[str, ...] = ()) -> list[str]:
    """Import a list by the command, and return what it says."""
    (file := tmp_path / "list.csv").write_bytes(listed(*rows))
    answer = cli("places", "import", file, "--new-area=Norrby", *more)
    assert (answer.exit_code, answer.stderr) == (0, "")
    return [line for line in answer.output.splitlines() if not line.startswith("Reading")]


def test_a_new_list_says_what_is_new_changed_and_gone(cli: Callable[..., Result], tmp_path: Path) -> None:
    third = SECOND.replace("1102;N-2", "1103;N-3")
    imported(cli, tmp_path, FIRST, SECOND, third)
    changed = [row.replace("504 34", "504 35").replace("N-2", "N-20") for row in (SECOND, third)]
    fourth = changed[0].replace("1102;N-20", "1201;N-4")
    new = [row.replace("Brf Norrbyhus", "Victoriahem") for row in (FIRST, changed[0], fourth)]
    dry = imported(cli, tmp_path, *new, more=("--dry-run",))
    assert dry[-1] == "Nothing is saved: this was a dry run."
    said = imported(cli, tmp_path, *new)
    assert said == dry[:-1]
    assert said == [
        "New: 1 flat.",
        "  Norrby Långgata 23: 1201",
        "Gone from the list, and marked: 1 flat.",
        "  Norrby Långgata 23: 1103",
        "Changed: 3.",
        "  Norrby Långgata 23, 1102: landlord's number N-2 → N-20",
        "  Skomakaren 3: landlord Brf Norrbyhus → Victoriahem",
        "  Norrby Långgata 23: postcode 504 34 → 504 35",
        "New: flats 1, stairwells 0, buildings 0, properties 0, landlords 1, areas 0. "
        "Changed: 3. Gone: 1. Back: 0.",
    ]


def gone() -> list[str]:
    """Return the numbers of the flats that are marked."""
    db.session.commit()
    return list(
        db.session.scalars(select(Flat.number).where(Flat.gone_at.is_not(None)).order_by(Flat.number))
    )


def test_a_gone_flat_is_marked_and_comes_back(cli: Callable[..., Result], tmp_path: Path) -> None:
    """Also where a whole stairwell, or a whole property, is in the list no more. Other areas stay."""
    other = FIRST.replace("Skomakaren 3", "Skomakaren 4").replace("Långgata 21", "Långgata 30")
    boda = (
        other.replace("Norrby;", "Boda;")
        .replace("Skomakaren 4", "Boda 1")
        .replace("Långgata 30", "Bodagatan 1")
    )
    imported(cli, tmp_path, FIRST, SECOND, other, boda, more=("--new-area=Boda",))
    said = imported(cli, tmp_path, FIRST)
    assert gone() == ["1001", "1102"]
    assert said[:3] == [
        "Gone from the list, and marked: 2 flats.",
        "  Norrby Långgata 23: 1102",
        "  Norrby Långgata 30: 1001",
    ]
    assert imported(cli, tmp_path, FIRST) == ["Nothing new: the list says what was known."]
    assert "Back in the list, and no longer marked: 1 flat." in imported(cli, tmp_path, FIRST, SECOND)
    assert gone() == ["1001"]


def test_whoever_lives_in_a_gone_flat_stays(
    cli: Callable[..., Result], tmp_path: Path, client: PageClient
) -> None:
    imported(cli, tmp_path, FIRST, SECOND)
    group = make_group(db.session.scalars(select(Building)).one())
    flat = db.session.scalars(select(Flat).where(Flat.number == "1102")).one()
    carin, bengt = make_person("Carin", "carin@example.org"), make_person("Bengt", "bengt@example.org")
    make_member(carin, group, flat)
    make_coordinator(bengt, group, lead=True)
    db.session.commit()
    imported(cli, tmp_path, FIRST)
    assert gone() == ["1102"]
    house = client.get(f"/groups/{group.id}/house", as_=bengt)
    assert "1 lägenhet finns inte längre i hyresvärdens lista: Norrby Långgata 23, 1102" in house.text
    page = client.get(f"/flats/{flat.id}", as_=bengt)
    assert "Carin" in page.text
    assert "Lägenheten finns inte längre i hyresvärdens lista." in page.text
    assert "1102" not in client.get(f"/groups/{group.id}/invitations", as_=bengt).text
    assert "1102" not in client.get(f"/groups/{group.id}/letters", as_=bengt).text
    imported(cli, tmp_path, FIRST, SECOND)
    assert "finns inte längre" not in client.get(f"/groups/{group.id}/house", as_=bengt).text


def test_a_list_without_most_flats_has_to_be_confirmed(cli: Callable[..., Result], tmp_path: Path) -> None:
    rows = [
        FIRST.replace("1001;N-1", f"{floor}{door:02};N-1") for floor in range(10, 20) for door in range(1, 13)
    ]
    imported(cli, tmp_path, *rows)
    (file := tmp_path / "list.csv").write_bytes(listed(rows[0]))
    refused = cli("places", "import", file)
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (
        1,
        "Error: So many flats are gone that the list may be only a part. Nothing is saved. "
        "If it is whole, run again with --yes.",
    )
    assert gone() == []
    imported(cli, tmp_path, rows[0], more=("--yes",))
    assert len(gone()) == 119


def test_a_column_of_personnummer_is_not_read_and_never_printed(
    cli: Callable[..., Result], tmp_path: Path
) -> None:
    (file := tmp_path / "list.csv").write_bytes(
        listed(f"{FIRST};19850709-9805", header=f"{HEADER};Kontraktshavare")
    )
    answer = cli("places", "import", file, "--new-area=Norrby")
    assert answer.exit_code == 0
    assert "The column Kontraktshavare has personnummer. It is not read." in answer.stderr
    assert "9805" not in answer.output + answer.stderr


@pytest.mark.parametrize(
    "postcode", ["SE-507 52", "S-50752", "507  52", "507\u00a052", "50752 Borås", "50752.0"]
)
def test_a_postcode_is_read_as_people_write_it(postcode: str) -> None:
    (row,) = landlord_list.read(listed(FIRST.replace("504 34", postcode)))
    assert row.postcode == "507 52"


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "twice"])
def test_a_list_of_another_system_is_read_as_it_was_meant(encoding: str) -> None:
    plain = listed(FIRST, SECOND).decode()
    twice = plain.encode().decode("cp1252").encode()
    data = twice if encoding == "twice" else plain.encode(encoding)
    assert landlord_list.read(data) == landlord_list.read(plain.encode())
