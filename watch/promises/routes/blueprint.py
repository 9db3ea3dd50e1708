"""The blueprint of promises, with what its pages share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request
from flask_babel import lazy_gettext as _l

from watch import audit
from watch.access import current_person, current_relations
from watch.models import Area, Operation, Promise
from watch.paging import Page, page_of
from watch.promises import labels, queries
from watch.promises.period import has_begun, is_over

bp = Blueprint("promises", __name__)
SHOWN = ("areas_of", "parties_of", "period_of", "target_of", "reached_of", "STATES", "STATE_KINDS", "RESULTS",
         "RESULT_KINDS")  # fmt: skip
BOTH_CHANGED = _l("Någon annan ändrade samtidigt. Jämför, och spara det som stämmer.")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {name: getattr(labels, name) for name in SHOWN} | {"has_begun": has_begun, "is_over": is_over}


def own_area_ids() -> set[int]:
    """Return the ids of the areas that the reader is an officer of."""
    return current_relations().officer_of


def own_areas() -> list[Area]:
    """Return these areas in Swedish order."""
    return [each for each in queries.all_areas() if each.id in own_area_ids()]


def page_asked(ids: Sequence[int]) -> Page:
    """Return the page of a list that the address asks for."""
    after, before = (request.args.get(name, type=int) for name in ("after", "before"))
    return page_of(ids, after=after, before=before)


def note_assurance(form: Any, row: Promise | Operation) -> None:
    """Write down that the writer has said that a text points at nobody."""
    if form.about_nobody.is_given:
        for area in row.areas if isinstance(row, Promise) else [row.area]:
            audit.note(audit.ABOUT_NOBODY, about=row, by=current_person(), area=area)
