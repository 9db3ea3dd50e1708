"""Words of promises: who answers for them, how far they have come, and how they ended."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch import language
from watch.models import Area, Operation, Promise, PromiseParty, PromiseResult, PromiseState

PARTIES = {
    PromiseParty.POLICE: _l("Polisen"),
    PromiseParty.MUNICIPALITY: _l("Kommunen"),
    PromiseParty.LANDLORD: _l("Fastighetsägaren"),
    PromiseParty.GROUPS: _l("Grannsamverkansgrupperna"),
}
STATES = {
    PromiseState.DRAFT: _l("Utkast"),
    PromiseState.PUBLISHED: _l("Publicerat"),
    PromiseState.FOLLOWED_UP: _l("Uppföljt"),
}
STATE_KINDS = {
    PromiseState.DRAFT: "neutral",
    PromiseState.PUBLISHED: "lamp",
    PromiseState.FOLLOWED_UP: "ok",
}
RESULTS = {
    PromiseResult.KEPT: _l("Hållet"),
    PromiseResult.PARTLY: _l("Delvis hållet"),
    PromiseResult.NOT_KEPT: _l("Inte hållet"),
}
RESULT_KINDS = {PromiseResult.KEPT: "ok", PromiseResult.PARTLY: "warn", PromiseResult.NOT_KEPT: "neutral"}


def areas_of(areas: Iterable[Area]) -> str:
    """Return the names of areas, joined by commas."""
    return language.listed(each.name for each in areas)


def parties_of(promise: Promise) -> str:
    """Return who answers for a promise, joined by commas."""
    named = [str(PARTIES[each]) for each in promise.parties]
    return language.listed([*named, *([promise.other_parties] if promise.other_parties else [])])


def period_of(row: Promise | Operation) -> str:
    """Return the first and the last day of a promise or of operations."""
    first, last = (format_date(each, "long") for each in (row.begins, row.ends))
    return _("%(first)s till %(last)s", first=first, last=last)


def target_of(promise: Promise) -> str:
    """Return what was to be reached, "16 träffar"; empty if no number was promised."""
    return _counted(promise.target, promise.unit)


def reached_of(promise: Promise) -> str:
    """Return the number that was reached, "18 träffar"; empty if none is given."""
    return _counted(promise.outcome_number, promise.unit)


def _counted(number: int | None, unit: str) -> str:
    return "" if number is None else f"{language.number(number)} {unit}".strip()
