"""Words for the filters of the visit list and for the outcomes of visits."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l

from watch import language
from watch.models import Outcome, utcnow

VISIT_KINDS = {
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
    """Return when nobody opened, in words for up to a week and as a date after that."""
    day, clock = language.local(at).date(), language.clock(at)
    ago = (language.local(now or utcnow()).date() - day).days
    if ago == 0:
        return str(_l("Ej hemma i dag kl. %(time)s", time=clock))
    if ago == 1:
        return str(_l("Ej hemma i går kl. %(time)s", time=clock))
    if ago < 7:
        return str(NOT_HOME_ON[day.weekday()]) % {"time": clock}
    return str(_l("Ej hemma den %(day)s kl. %(time)s", day=language.short_day(at), time=clock))
