"""Words for what the database knows by value: an invitation's state, floors and doors, the poster."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.invitations.sheets import STRAY_QUOTE, UNCLOSED_QUOTE, Trouble

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
