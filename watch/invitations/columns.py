"""Tells what the columns of a list hold by their names, and which row has these names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watch.guard.words import words
from watch.invitations.line import is_like_address

Rows = Sequence[tuple[int, list[str]]]

MOST_ABOVE = 10  # rows above the column names
ADDRESS, NAME, FAMILY, FLAT, PORT = "address", "name", "family", "flat", "port"
WORDS = {  # whole words, so that Ismail has no mail; a dot is a letter that was lost
    ADDRESS: r"(?:privat|hem|jobb|arbets)?(?:e[- ]?post|e[- ]?mail|mail|mejl)s?"
    r"(?:[- ]?(?:addr?|adr)\w*|konto|en)?|iimayl\w*|iimeyl\w*|(?:ال)?بريد(?: الإلكتروني)?",
    FLAT: r"l.genhet(?:en|ens|er)?s?[- ]?(?:nr|nummer|numret)?|lgh[- ]?(?:nr|nummer)?|flat|apartment|apt"
    r"|(?:ال)?شقة|guri(?:ga)?|lambarka guri(?:ga)?",
    NAME: r"f.r-? ?(?:och|&|/) ?efternamn|f.rnamn|tilltalsnamn|visningsnamn|namn(?:et)?"
    r"|(?:(?:first|given|full|display) )?name|boendes?|tenant|resident|hyresg.st(?:en|ens|er)?|vad heter du"
    r"|vem .r du|(?:ال)?اسم|magac(?:a)?",
    FAMILY: r"efternamn|sl.ktnamn|last name|surname|family name|اسم العائلة",
    PORT: r"port(?:en|nr|nummer)?|(?:gatu|hem|bostads)?adress(?:en)?|gata|gatan|gatunummer|husn(?:umme)?r"
    r"|street|entrance|stairwell|uppg.ng(?:en)?|trapp(?:a|an|uppg.ng|hus)?|ing.ng(?:en)?|(?:ال)?مدخل|(?:ال)?عنوان"
    r"|albaab(?:ka)?|cinwaan(?:ka)?",
}
PATTERNS = {
    kind: re.compile(rf"(?<![^\W\d_])(?:{said})(?![^\W\d_])", re.IGNORECASE) for kind, said in WORDS.items()
}
BESIDES = {FLAT: (PORT, NAME), NAME: (FAMILY,)}  # "Port och lägenhet", "Förnamn Efternamn"
SAYS_NO_MORE = """
address aktuell aktuellt ange arbete bor bostad bostaden current din dina ditt do du er ert ex exempel
fullständig fullständiga fullständigt fyra hela hem hemma hens home i is jobb krävs lambarka live mitt my
no nr num number nummer nuvarande obligatorisk obligatoriskt och of optional privat privata på required
siffror skriv t the vad valfri valfritt value vilken vilket vår what which work you your är رقم
"""
SAYS_NONE = """
anonym finns har ingen ingenting inte ej kommer none null okänd okänt saknar saknas utan vill no
"""
NO_MORE, NONE = frozenset(SAYS_NO_MORE.split()), frozenset(SAYS_NONE.split())
HYPHENS = re.compile("[\u2010-\u2015]")
LETTERS = re.compile(r"[^\W\d_]+")


def kind_of(name: str) -> str | None:
    """Return what a column holds. With one more word it may be somebody else's: "Tidigare lägenhet" is none.

    Only an address is known by a part of the column's name.
    """
    plain = _plain(name)
    if is_like_address(name):
        return None
    exact = (kind for kind in WORDS if _is_exact(plain, kind))
    return next(exact, ADDRESS if PATTERNS[ADDRESS].search(plain) else None)


def _plain(name: str) -> str:
    return HYPHENS.sub("-", " ".join(name.casefold().replace("_", " ").split()))


def _is_exact(plain: str, kind: str) -> bool:
    """Return True if the name has words for this kind, and no word that says more."""
    rest, times = PATTERNS[kind].subn(" ", plain)
    for other in BESIDES.get(kind, ()):
        rest = PATTERNS[other].sub(" ", rest)
    return times > 0 and NO_MORE.issuperset(LETTERS.findall(rest))


def kinds_of(names: Sequence[str], rows: Rows) -> list[str | None]:
    """Return what each column holds. Beside a column of e-mail, one of a landlord's e-mail is not read."""
    kinds = [kind_of(name) for name in names]
    exact = {place for place, name in enumerate(names) if _is_exact(_plain(name), ADDRESS)}
    own = {place for place in exact if any(map(is_like_address, _column(rows, place)))}
    return [
        None if own and kind == ADDRESS and place not in exact else kind for place, kind in enumerate(kinds)
    ]


def _column(rows: Rows, place: int) -> list[str]:
    return [cells[place] for _number, cells in rows if place < len(cells)]


def place_of_names(rows: Rows) -> int | None:
    """Return the index of the row with column names: the column called e-mail has addresses below it.

    A row with an address, or with a person, has no column names. One of the names must be known wholly.
    """
    for place, (_number, names) in enumerate(rows[:MOST_ABOVE]):
        if any("@" in name for name in names):
            return None
        columns = [column for column, name in enumerate(names) if kind_of(name) == ADDRESS]
        below = [cell for column in columns for cell in _column(rows[place + 1 :], column)]
        is_known = any(_is_exact(_plain(name), kind) for name in names for kind in WORDS)
        if is_known and any(map(is_like_address, below)) and not any(map(_is_of_person, names)):
            return place
    return None


def _is_of_person(name: str) -> bool:
    """Return True for "Anna har ingen e-post", for a name, and for what is meant as an address."""
    said = {*LETTERS.findall(name.casefold())}
    is_none = bool(PATTERNS[ADDRESS].search(_plain(name)) and said & NONE)
    return is_like_address(name) or is_none or bool(said & (words("first_names") - words("also_words")))
