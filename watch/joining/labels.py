"""Words for what the database knows by value: an invitation's state, floors and doors, the poster."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from watch import language
from watch.joining.sheets import STRAY_QUOTE, UNCLOSED_QUOTE, Trouble
from watch.models import Flat, Language, Outcome, utcnow

INVITATION_STATES = {
    "waiting": _l("Väntar"),
    "delivered": _l("Levererad till e-postservern"),
    "bounced": _l("Kunde inte nås"),
    "accepted": _l("Tackat ja"),
    "declined": _l("Tackat nej"),
    "expired": _l("Gäller inte längre"),
    "revoked": _l("Återkallad"),
    "joined": _l("Gick med på annat sätt"),
}
INVITATION_SIGNS = {
    "waiting": "neutral",
    "delivered": "lamp",
    "bounced": "bad",
    "accepted": "ok",
    "declined": "neutral",
    "expired": "warn",
    "revoked": "neutral",
    "joined": "ok",
}
DOOR_KINDS = {
    "wish": _l("Vill att du knackar på"),
    "not_contacted": _l("Ej kontaktade"),
    "invited": _l("Inbjudna utan svar"),
    "wants_to_join": _l("Vill gå med"),
    "declined": _l("Tackat nej"),
    "not_home": _l("Ej hemma"),
}
OUTCOMES = {
    Outcome.JOINED: _l("är med"),
    Outcome.DECLINED: _l("tackat nej"),
    Outcome.NOT_HOME: _l("ej hemma"),
    Outcome.MOVED: _l("har flyttat"),
}
NOT_HOME_ON = (
    _l("Ej hemma i måndags kl. %(time)s"),
    _l("Ej hemma i tisdags kl. %(time)s"),
    _l("Ej hemma i onsdags kl. %(time)s"),
    _l("Ej hemma i torsdags kl. %(time)s"),
    _l("Ej hemma i fredags kl. %(time)s"),
    _l("Ej hemma i lördags kl. %(time)s"),
    _l("Ej hemma i söndags kl. %(time)s"),
)


def not_home_word(at: datetime, now: datetime | None = None) -> str:
    """When nobody opened, as one says it; after a week the day."""
    day, clock = language.local(at).date(), language.clock(at)
    ago = (language.local(now or utcnow()).date() - day).days
    if ago == 0:
        return str(_l("Ej hemma i dag kl. %(time)s", time=clock))
    if ago == 1:
        return str(_l("Ej hemma i går kl. %(time)s", time=clock))
    if ago < 7:
        return str(NOT_HOME_ON[day.weekday()]) % {"time": clock}
    return str(_l("Ej hemma den %(day)s kl. %(time)s", day=language.short_day(at), time=clock))


PREVIEW_STATES = {
    "new": _l("Kan bjudas in"),
    "later": _l("Får vänta"),
    "bad": _l("Behöver rättas"),
    "twice": _l("Står två gånger"),
    "member": _l("Redan med"),
    "invited": _l("Redan inbjuden"),
    "declined": _l("Vill inte bli tillfrågad"),
    "lately": _l("Har fått tre mejl på ett dygn"),
}
PREVIEW_SIGNS = {"new": "ok", "later": "lamp", "bad": "bad"}  # the others need nothing: neutral
TROUBLES = {
    Trouble.TOO_LARGE: _l("Listan är för stor. Högst 1 MB: dela den i två."),
    Trouble.TOO_HEAVY: _l("Filen är för stor eller går inte att läsa. Klistra in adresserna i stället."),
    Trouble.TOO_MANY_ROWS: _l("Listan är för lång. Högst 2 000 rader: dela den i två."),
    Trouble.EMPTY: _l("Filen är tom. Välj filen med adresserna."),
    Trouble.OLD_SHEET: _l("Filen är ett kalkylblad av ett äldre slag. Spara det som XLSX eller CSV."),
    Trouble.BROKEN_SHEET: _l("Kalkylbladet går inte att öppna. Spara det igen som XLSX eller CSV."),
    Trouble.NO_LIST: _l("Filen är ingen lista. Välj en CSV- eller XLSX-fil."),
    Trouble.WRONG_ENCODING: _l(
        "Filen har en teckenkodning som inte går att läsa. Spara som CSV i UTF-8, eller som XLSX."
    ),
    Trouble.NO_ADDRESSES: _l("I listan finns inga e-postadresser. Döp kolumnen med adresser till E-post."),
    Trouble.TWO_COLUMNS: _l("Två kolumner heter E-post. Ta bort den ena."),
    Trouble.SEVERAL_SHEETS: _l(
        "Flera blad har e-postadresser. Spara det blad du vill använda som en egen fil."
    ),
}
BROKEN_LINES = {
    UNCLOSED_QUOTE: _l(
        "Ett citattecken börjar men slutar inte på samma rad. Ta bort det eller lägg till ett."
    ),
    STRAY_QUOTE: _l("Det står text efter ett avslutande citattecken. Ta bort citattecknen."),
}


def choice(value: str, word: Any, **more: Any) -> SelectChoice:
    """A choice of a select or radio field; its word may be lazy."""
    return SelectChoice(value, word, **more)


DO_NOT_KNOW = choice("", _l("Vet inte"))


def floor_word(floor: int) -> Any:
    """A floor as people say it; 0 is where one comes in."""
    if floor == 0:
        return _l("Entréplan")
    if floor < 0:
        return _l("%(number)s under entrén", number=-floor)
    return _l("Våning %(number)s", number=floor)


def floor_choices(flats: Iterable[Flat]) -> list[SelectChoice]:
    """The floors of these flats from the entrance up, after "don't know"."""
    floors = sorted({flat.floor for flat in flats})
    return [DO_NOT_KNOW, *(choice(str(floor), floor_word(floor)) for floor in floors)]


def door_choices(flats: Iterable[Flat]) -> list[SelectChoice]:
    """Doors counted from the left, after "don't know"."""
    doors = sorted({int(flat.number[2:]) for flat in flats})
    first = _l("1, längst till vänster")
    return [DO_NOT_KNOW, *(choice(str(door), first if door == 1 else str(door)) for door in doors)]


def poster_words() -> list[dict[str, str]]:
    """What the poster says in each of the four languages, Swedish first."""
    return [_poster_in(each) for each in Language]


def _poster_in(reader: Language) -> dict[str, str]:
    with language.speaking(reader):
        how = _l("Rikta telefonens kamera mot koden."), _l("Eller skriv adressen i webbläsaren.")
        return {
            "language": reader,
            "direction": language.direction(reader),
            "sentence": str(_l("Här känner grannar varandra. Var med du också!")),
            "how": " ".join(map(str, how)),
        }
