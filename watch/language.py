"""The language of a request, and dates, times and numbers in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import g, has_request_context, request, session
from flask_babel import force_locale, get_locale, refresh
from flask_login import current_user
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from watch.models import Language

STOCKHOLM = ZoneInfo("Europe/Stockholm")
OWN_NAMES = {
    Language.SWEDISH: "Svenska",
    Language.ENGLISH: "English",
    Language.ARABIC: "العربية",
    Language.SOMALI: "Soomaali",
}
LEFT_TO_RIGHT, AS_BEFORE = "\u2066", "\u2069"
CHOICE = "speak"  # the name of the buttons that choose a language and show a form again as it is
MOST_ASKED = 200  # characters read of Accept-Language
TAG_OR_RANGE = re.compile(r"<[^>]*>|\w+–\w+")


def of_reader() -> str:
    """Return the language of the request: chosen here, else the person's, the mail's, the browser's."""
    if not has_request_context():
        return Language.SWEDISH
    if chosen := session.get("language"):
        return str(chosen)
    if current_user.is_authenticated:
        return str(current_user.person.language)
    if written_in := g.get("written_in") or session.get("written_in"):
        return str(written_in)
    return of_browser()


def of_browser() -> str:
    """Return the language the browser prefers among ours, else Swedish."""
    asked = request.headers.get("Accept-Language", "")[:MOST_ASKED]
    known = [language.value for language in Language]
    return parse_accept_header(asked, LanguageAccept).best_match(known) or Language.SWEDISH


def is_being_chosen() -> bool:
    """Return True if the form was sent by a press on a language: it is shown again, and nothing is saved."""
    return bool(g.get("language_chosen"))


def unless_being_chosen(validate: Callable[..., bool]) -> Callable[..., bool]:
    """Return the same check of a form, but a form that is only shown is not valid, and has no errors."""

    @wraps(validate)
    def checked(*form: Any, **more: Any) -> bool:
        return not is_being_chosen() and validate(*form, **more)

    return checked


def follow_letter(written_in: Language) -> None:
    """Use the language of the mail whose link was opened, unless the reader has chosen another.

    After a press it is used on the pages that follow, too.
    """
    g.written_in = written_in
    if request.method == "POST":
        session["written_in"] = written_in.value
    refresh()


def current() -> Language:
    """Return the language of the texts being produced."""
    locale = get_locale()
    return Language(locale.language) if locale else Language.SWEDISH


def direction(language: Language | None = None) -> str:
    """Return "rtl" for Arabic, "ltr" for the others."""
    return "rtl" if (language or current()) is Language.ARABIC else "ltr"


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Produce texts, dates and numbers in another language than the reader's, such as a mail's."""
    with force_locale(language.value):
        yield


def _locale() -> Locale:
    return get_locale() or Locale("sv")


def local(moment: datetime) -> datetime:
    """Return the moment in Swedish time."""
    return moment.astimezone(STOCKHOLM)


def day(when: date | datetime) -> str:
    """Return a date: "måndag 23 september 2019"."""
    if isinstance(when, datetime):
        when = local(when).date()
    return format_date(when, "EEEE d MMMM y", locale=_locale())


def short_day(when: date | datetime) -> str:
    """Return a date: "23 september", with the year unless it is this year."""
    if isinstance(when, datetime):
        when = local(when).date()
    same_year = when.year == datetime.now(STOCKHOLM).year
    return format_date(when, "d MMMM" if same_year else "d MMMM y", locale=_locale())


def clock(moment: datetime) -> str:
    """Return a time of day in 24 hours: 18.00 in Swedish, 18:00 in the others."""
    return format_time(local(moment), "HH.mm" if _locale().language == "sv" else "HH:mm", locale=_locale())


def clock_of_end(moment: datetime) -> str:
    """Return the time of day at which something ends: midnight ends the day, as 24.00."""
    said = clock(moment)
    return said if local(moment).time() > time.min else said.replace("00", "24", 1)


def moment(when: datetime) -> str:
    """Return date and time: "måndag 23 september 2019 kl. 18.00"; no line break before the hour."""
    pattern = (
        "EEEE d MMMM y 'kl.'\u00a0HH.mm" if _locale().language == "sv" else f"EEEE d MMMM y{comma()} HH:mm"
    )
    return format_datetime(local(when), pattern, locale=_locale())


def listed(parts: Iterable[object]) -> str:
    """Join parts with the language's comma: "1, 3, 5"."""
    return f"{comma()} ".join(map(str, parts))


def together(names: Iterable[str]) -> str:
    """Join names with the language's "and": "Boda och Norrby"."""
    return format_list(list(names), locale=_locale())


def comma() -> str:
    """Return the language's comma."""
    return "،" if current() is Language.ARABIC else ","


def capital(words: object) -> str:
    """Return words as they begin a sentence: with a capital letter, where the language has one."""
    text = words if isinstance(words, str) else str(words)  # a Markup stays one
    return text[:1].upper() + text[1:]


def number(value: float) -> str:
    """Return a number in the language's form: "1 950"."""
    return format_decimal(value, locale=_locale())


def readable_phone(kept: str) -> str:
    """Return +46701234567 as 070-123 45 67; numbers stored without + (112, 114 14) stay."""
    if not kept.startswith("+"):
        return kept
    try:
        number = phonenumbers.parse(kept)
    except phonenumbers.NumberParseException:
        return kept
    is_swedish = number.country_code == 46
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if is_swedish else form.INTERNATIONAL)


def left_to_right(text: str) -> str:
    """Return a number or a code with signs around it that keep its order in Arabic text."""
    return f"{LEFT_TO_RIGHT}{text}{AS_BEFORE}" if direction() == "rtl" else text


def unbroken(text: str) -> Markup:
    """Keep ranges such as 21–27 on one line, because browsers break after the dash."""
    return Markup(TAG_OR_RANGE.sub(_on_one_line, escape(text)))


def _on_one_line(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else f'<span class="nowrap">{found[0]}</span>'
