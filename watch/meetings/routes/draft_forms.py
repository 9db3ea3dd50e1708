"""Forms that go on with a draft of a meeting: opened with it, and sent while somebody else may change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from watch.errors import DomainError
from watch.meetings.errors import ChangedMeanwhile, DraftGone
from watch.meetings.forms.planning import CallForm, plan_of
from watch.meetings.forms.reminders import reminders_of
from watch.meetings.queries.drafts import Place, draft_of
from watch.models import Group, Meeting, PartState

NO_DRAFT = _l("Utkastet finns inte längre. Någon har kallat till träffen eller slängt utkastet.")


def draft_asked_for(place: Place, offered: Sequence[Group] = ()) -> Meeting | None:
    """Return the draft that the page's address names, or None; say if it, or a group in it, is gone.

    `offered` are the groups that can be asked to a joint gathering now.
    """
    draft = _draft(place)
    if draft is None and "draft" in request.args:
        flash(str(NO_DRAFT), "info")
    asked = [each.group for each in draft.parts if each.state is PartState.INVITED] if draft else []
    if lost := ", ".join(each.name for each in asked if each not in offered):
        flash(_("Går inte att fråga längre: %(groups)s. Se efter vilka träffen är för.", groups=lost), "info")
    return draft


def filled_with(draft: Meeting) -> dict[str, Any]:
    """Return what a draft says, apart from whom it is for, by the names of a form's fields."""
    return {"draft": str(draft.id), "seen": draft.sequence} | plan_of(draft) | reminders_of(draft)


def draft_in(place: Place, form: CallForm) -> Meeting | None:
    """Return the draft that a form goes on with, if any. Raises DraftGone and ChangedMeanwhile."""
    if not form.draft.data:
        return None
    draft = _draft(place)
    if draft is None:
        raise DraftGone
    if draft.sequence != form.seen.data:
        raise ChangedMeanwhile
    return draft


def draft_meanwhile(place: Place, form: CallForm, refused: DomainError) -> Meeting | None:
    """Say what became of the draft of a refused form; return it as it is now, or None if it is gone.

    When the form is sent again, it takes the draft's place, or is a new one.
    """
    draft = _draft(place)
    if draft is None or isinstance(refused, DraftGone):
        form.draft.raw_data, form.draft.data = [], ""
        kept = _("Det du skrev står kvar här, och är inte sparat.")
        flash(f"{NO_DRAFT} {kept}", "warn")
        return None
    flash(_("Någon har ändrat utkastet sedan du öppnade det. Det du skrev är inte sparat än."), "warn")
    form.seen.raw_data, form.seen.data = [str(draft.sequence)], draft.sequence
    return draft


def _draft(place: Place) -> Meeting | None:
    return draft_of(place, request.values.get("draft", type=int))
