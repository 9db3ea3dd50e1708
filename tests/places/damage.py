"""A small landlord's list, every way in which one can be damaged, and what each error says."""

# ruff: noqa: E501  an error stands on one line, so that it can be found

from __future__ import annotations

import zipfile
from io import BytesIO

HEADER = (
    "Område;Fastighetsbeteckning;Fastighetsägare;Hus;Adress;Lägenhetsnummer;Internt nummer;Ort;Postnummer"
)
FIRST = "Norrby;Skomakaren 3;Brf Norrbyhus;Hus 3;Norrby Långgata 21;1001;N-1;Borås;504 34"
SECOND = "Norrby;Skomakaren 3;Brf Norrbyhus;Hus 3;Norrby Långgata 23;1102;N-2;Borås;504 34"


def listed(*rows: str, header: str = HEADER) -> bytes:
    """Return a list in UTF-8."""
    return "\r\n".join([header, *rows, ""]).encode()


def zipped(name: str) -> bytes:
    """Return a ZIP file with a list in it."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, listed(FIRST))
    return data.getvalue()


def with_second(old: str, new: str) -> bytes:
    """Return a list of two rows, with a change in the second (row 3 of the file)."""
    assert old in SECOND
    return listed(FIRST, SECOND.replace(old, new, 1))


DAMAGE: dict[str, tuple[bytes, list[str]]] = {
    "an empty file": (b"", ["Filen är tom. Välj filen med fastighetsägarens lista."]),
    "over five megabytes": (
        b"x" * (5 * 1024 * 1024 + 1),
        ["Filen är för stor. Högst 5 MB: dela listan efter område eller fastighetsägare."],
    ),
    "over twenty thousand rows": (
        listed(*[FIRST] * 20_001),
        ["Rad 20002: Listan är för lång. Högst 20 000 rader: dela den efter område eller fastighetsägare."],
    ),
    "a picture": (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        ["Filen är ingen lista, den är en bild. Välj en CSV- eller XLSX-fil."],
    ),
    "another binary file": (
        b"\x7fELF\x02\x01\x01\0\0\0\0",
        ["Rad 1: Filen är ingen CSV-lista. Exportera listan igen som CSV."],
    ),
    "a spreadsheet": (
        b"PK\x03\x04\x14\0\x06\0",
        ["Kalkylbladet går inte att öppna. Spara det igen som XLSX eller CSV."],
    ),
    "an old spreadsheet": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ["Filen är ett kalkylblad av ett äldre slag. Spara det som XLSX eller CSV."],
    ),
    "a spreadsheet with a password": (
        b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
        ["Kalkylbladet har ett lösenord. Ta bort det och spara igen."],
    ),
    "UTF-16": (
        listed(FIRST).decode().encode("utf-16"),
        ["Filen har en teckenkodning som inte går att läsa. Spara som CSV i UTF-8."],
    ),
    "column names only": (
        listed(),
        ["Rad 1: Listan har kolumnnamn men inga lägenheter. Exportera den igen."],
    ),
    "two missing columns": (
        listed("Norrby", header="Område;Fastighetsbeteckning;Fastighetsägare;Hus;Adress;Ort;Internt nummer"),
        [
            "Rad 1, kolumn Lägenhetsnummer: Kolumnen saknas. Lägg till den i första raden, med sina värden under.",
            "Rad 1, kolumn Postnummer: Kolumnen saknas. Lägg till den i första raden, med sina värden under.",
        ],
    ),
    "a renamed column": (
        listed(FIRST, header=HEADER.replace("Postnummer", "Postnr")),
        ["Rad 1, kolumn Postnummer, ”Postnr”: Kolumnen heter något annat i filen. Ändra kolumnnamnet."],
    ),
    "a column twice": (
        listed(FIRST, header=HEADER.replace("Internt nummer", "Adress")),
        ["Rad 1, kolumn Adress, ”Adress”: Kolumnen finns två gånger. Ta bort den ena."],
    ),
    "an unclosed quote": (
        with_second("Norrby Långgata 23", '"Norrby Långgata 23'),
        [
            'Rad 3, kolumn Adress, ”"Norrby Långgata 23”: Ett citattecken börjar men slutar inte på samma rad. '
            "Ta bort det eller lägg till ett."
        ],
    ),
    "text after a quote": (
        with_second("Hus 3", '"Hus" 3'),
        [
            'Rad 3, kolumn Hus, ”"Hus" 3”: Det står text efter ett avslutande citattecken. Ta bort citattecknen.'
        ],
    ),
    "too few cells": (
        with_second(";Borås;504 34", ""),
        ["Rad 3, kolumn Ort: Raden har för få värden. Fyll på till lika många som kolumnerna."],
    ),
    "too many cells": (
        with_second("Hus 3", "Hus; 3"),
        [
            "Rad 3, kolumn 10, ”504 34”: Raden har för många värden. "
            "Sätt citattecken runt text med skiljetecken i."
        ],
    ),
    "a NUL": (
        with_second("N-2", "N\0-2"),
        [
            "Rad 3, kolumn Internt nummer, ”N�-2”: Värdet innehåller ett noll-tecken. "
            "Filen kan vara skadad: exportera den igen."
        ],
    ),
    "a sign nobody sees": (
        with_second("Hus 3", "Hus\u202e 3"),
        ["Rad 3, kolumn Hus, ”Hus� 3”: Värdet innehåller osynliga tecken. Skriv det igen."],
    ),
    "a byte that is no letter": (
        listed(FIRST, SECOND)
        .decode()
        .encode("cp1252")
        .replace(b"Hus 3;Norrby L\xe5ngg", b"Hus 3;Norrby L\x81ngg"),
        [
            f"Rad {row}, kolumn Adress, ”Norrby L�nggata {number}”: En bokstav går inte att läsa. "
            "Spara filen som UTF-8 eller Windows-1252."
            for row, number in ((2, 21), (3, 23))
        ],
    ),
    "a byte of another encoding": (
        listed(FIRST, SECOND).replace(
            "Brf Norrbyhus;Hus 3;Norrby Långgata 23".encode(), b"Brf N\xf6rrbyhus;Hus 3;Norrby L 23"
        ),
        [
            "Rad 3, kolumn Fastighetsägare, ”Brf N�rrbyhus”: En bokstav har en annan teckenkodning än resten av filen. "
            "Skriv den igen och spara hela filen som UTF-8."
        ],
    ),
    "rows of a Macintosh under other column names": (
        HEADER.encode("cp1252") + b"\r\n" + FIRST.encode("mac_roman"),
        [
            f"Rad 2, kolumn {column}, ”{value}”: Å, ä eller ö har blivit fel tecken på vägen. Exportera filen igen som UTF-8."
            for column, value in (("Adress", "Norrby LŒnggata 21"), ("Ort", "BorŒs"))
        ],
    ),
    "column names garbled on the way": (
        HEADER.replace("ä", "„").encode() + b"\r\n" + FIRST.encode(),
        [
            f"Rad 1, kolumn {place}, ”{HEADER.replace('ä', '„').split(';')[place - 1]}”: "
            "Å, ä eller ö har blivit fel tecken på vägen. Exportera filen igen som UTF-8."
            for place in (3, 6)
        ],
    ),
    "a ZIP file": (
        zipped("lista.csv"),
        ["Filen är ett packat arkiv (till exempel ZIP). Packa upp det och välj listan som ligger i det."],
    ),
    "letters garbled on the way": (
        with_second("Långgata", "LÃ¥nggata"),
        [
            "Rad 3, kolumn Adress, ”Norrby LÃ¥nggata 23”: Å, ä eller ö har blivit fel tecken på vägen. "
            "Exportera filen igen som UTF-8."
        ],
    ),
    **{
        f"a letter written as {spoilt}": (
            with_second("Långgata", spoilt),
            [
                f"Rad 3, kolumn Adress, ”Norrby {spoilt} 23”: Å, ä eller ö har blivit fel tecken på vägen. "
                "Exportera filen igen som UTF-8."
            ],
        )
        for spoilt in (
            "L}nggata",
            "L+AOU-nggata",
            "L%E5nggata",
            "L_nggata",
            "L*nggata",
            "L\\u00e5nggata",
            "Lαnggata",
        )
    },
    "an empty cell": (
        with_second("Brf Norrbyhus", "  "),
        ["Rad 3, kolumn Fastighetsägare, ”  ”: Värdet saknas. Fyll i det."],
    ),
    "a cell that is too long": (
        with_second("Brf Norrbyhus", "Brf " * 40),
        [
            "Rad 3, kolumn Fastighetsägare, ”Brf Brf Brf Brf Brf Brf Brf Brf Brf Brf…”: Värdet är för långt: "
            "160 tecken. Högst 120. Korta det."
        ],
    ),
    "a cell longer than any reader takes": (
        with_second("Hus 3", "x" * 140_000),
        [f"Rad 3, kolumn Hus, ”{'x' * 39}…”: Värdet är för långt: 140\u00a0000 tecken. Högst 80. Korta det."],
    ),
    "a personnummer": (
        with_second("N-2", "19850709-9805"),
        [
            "Rad 3, kolumn Internt nummer, ”••••••••-••••”: Det ser ut som ett personnummer. "
            "Ta bort det: listan ska inte säga något om personer."
        ],
    ),
    "a flat whose zero a spreadsheet ate": (
        with_second("1102", "902"),
        [
            "Rad 3, kolumn Lägenhetsnummer, ”902”: Lägenhetsnumret ska ha fyra siffror, "
            "till exempel 1101 eller 0901."
        ],
    ),
    "a flat on no floor": (
        with_second("1102", "0002"),
        [
            "Rad 3, kolumn Lägenhetsnummer, ”0002”: Det finns ingen sådan våning. "
            "De två första siffrorna är våningen, 10 är entréplanet."
        ],
    ),
    "a flat at no position": (
        with_second("1102", "1399"),
        [
            "Rad 3, kolumn Lägenhetsnummer, ”1399”: Det finns ingen sådan plats på våningen. "
            "De två sista siffrorna räknas från 01 från vänster."
        ],
    ),
    "an address without number": (
        with_second("Långgata 23", "Långgata"),
        [
            "Rad 3, kolumn Adress, ”Norrby Långgata”: Adressen saknar gatunummer. "
            "Skriv till exempel Magasinsgatan 11."
        ],
    ),
    "an address of several numbers": (
        with_second("Långgata 23", "Långgata 23-27"),
        [
            "Rad 3, kolumn Adress, ”Norrby Långgata 23-27”: Adressen ska vara en gata och ett nummer, "
            "till exempel Magasinsgatan 11 B."
        ],
    ),
    "a short postcode": (
        with_second("504 34", "504 3"),
        ["Rad 3, kolumn Postnummer, ”504 3”: Postnumret ska ha fem siffror, till exempel 504 34."],
    ),
    "a flat twice": (
        listed(FIRST, SECOND, FIRST),
        [
            "Rad 4, kolumn Lägenhetsnummer, ”1001” (se rad 2): Samma lägenhet finns redan på en tidigare rad. "
            "Ta bort den ena."
        ],
    ),
    "an address in two buildings": (
        listed(FIRST, FIRST.replace("1001", "1002").replace("Hus 3", "Hus 4")),
        [
            "Rad 3, kolumn Hus, ”Hus 4” (se rad 2): Samma adress hör till ett annat hus på en tidigare rad. "
            "En adress finns i ett hus."
        ],
    ),
    "an address with two postcodes": (
        listed(FIRST, FIRST.replace("1001", "1002").replace("504 34", "504 35")),
        [
            "Rad 3, kolumn Postnummer, ”504 35” (se rad 2): Samma adress har ett annat postnummer på en tidigare rad."
        ],
    ),
    "a property in two areas": (
        listed(FIRST, SECOND.replace("Norrby;", "Boda;")),
        [
            "Rad 3, kolumn Område, ”Boda” (se rad 2): Samma fastighet ligger i ett annat område på en tidigare rad."
        ],
    ),
    "a property with two landlords": (
        listed(FIRST, SECOND.replace("Brf Norrbyhus", "Victoriahem")),
        [
            "Rad 3, kolumn Fastighetsägare, ”Victoriahem” (se rad 2): "
            "Samma fastighet har en annan ägare på en tidigare rad."
        ],
    ),
    "a street spelled in two ways": (
        listed(FIRST, SECOND.replace("Långgata", "långgata")),
        [
            "Rad 3, kolumn Adress, ”Norrby långgata 23” (se rad 2): Samma namn skrivs på ett annat sätt på en "
            "tidigare rad. Skriv det likadant."
        ],
    ),
    "several things at once, in the order of the rows": (
        listed(FIRST.replace("1001", "10"), SECOND.replace("504 34", "Borås"), "en rad"),
        [
            "Rad 2, kolumn Lägenhetsnummer, ”10”: Lägenhetsnumret ska ha fyra siffror, till exempel 1101 eller 0901.",
            "Rad 3, kolumn Postnummer, ”Borås”: Postnumret ska ha fem siffror, till exempel 504 34.",
            "Rad 4, kolumn Fastighetsbeteckning: Raden har för få värden. "
            "Fyll på till lika många som kolumnerna.",
        ],
    ),
}
