"""Words of reports: their themes, and what is to be written on each."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch.models import Theme

BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")
MOST_TEXT = 3000  # characters of the text on a theme

TITLES = {
    Theme.SUMMARY: _l("Kort sagt"),
    Theme.PROMISES: _l("Löften och så blev det"),
    Theme.PLACES: _l("Platser och åtgärder"),
    Theme.EST: _l("Samordning mellan myndigheter (EST)"),
    Theme.OPERATIONS: _l("Polisens planerade insatser"),
    Theme.MEETINGS: _l("Möten och träffar"),
    Theme.GROUPS: _l("Grannsamverkan"),
    Theme.OUTREACH: _l("Dörrknackning och besök"),
    Theme.INDICATORS: _l("Mått före och efter"),
    Theme.AHEAD: _l("Så går vi vidare"),
}
HINTS = {
    Theme.SUMMARY: _l("Det viktigaste på några rader: vad lovade ni, och vad blev det?"),
    Theme.PROMISES: _l("Vad ska läsaren veta om löftena?"),
    Theme.PLACES: _l("Vilka platser valde ni, och varför? Åtgärderna står i tabellen."),
    Theme.EST: _l("Hur ofta träffades ni, och vad ledde det till?"),
    Theme.OPERATIONS: _l("Vad gällde insatserna? Antal och tider står i tabellen."),
    Theme.MEETINGS: _l("Vad handlade mötena om? Hur många som kom står i tabellen."),
    Theme.GROUPS: _l("Vad har hänt med grupperna? Nämn ingen som är med."),
    Theme.OUTREACH: _l("Vilka gick tillsammans, och vad berättade ni?"),
    Theme.INDICATORS: _l("Hur ska måtten läsas? Anmälda brott ökar ofta först när en grupp startar."),
    Theme.AHEAD: _l("Vad gör ni nu?"),
}


def day_said(when: date) -> str:
    """Return a date with its year, so that it means the same when it is read later: "23 september 2019"."""
    return str(format_date(when, "d MMMM y"))


def period_said(since: date, until: date) -> str:
    """Return a period: "2018–2019" for whole years, else from day to day."""
    whole_years = (since.month, since.day, until.month, until.day) == (1, 1, 12, 31)
    if whole_years:
        return str(since.year) if since.year == until.year else f"{since.year}–{until.year}"
    return _("%(since)s till %(until)s", since=day_said(since), until=day_said(until))


def status_on(day: date) -> str:
    """Return the sentence that says of which day a status is."""
    return _("Läget är det som gällde %(day)s.", day=day_said(day))
