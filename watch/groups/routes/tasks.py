"""Buttons by which a lead ticks a task, sets it aside, or has it shown again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import Permission, current_person, current_relations, requires
from watch.groups.labels import SET_ASIDE
from watch.groups.queries import tasks as queries
from watch.groups.queries.stairwells import Work
from watch.groups.service import tasks as tasks_service
from watch.models import Group, Task, utcnow
from watch.saving import saving

bp = Blueprint("tasks", __name__)


@bp.post("/groups/<int:group_id>/house/tasks/<task>")
@requires(Permission.APPOINT_COORDINATORS)
def set_aside(group: Group, task: str) -> Response:
    which = _task(task)
    with saving(SET_ASIDE[which]):
        tasks_service.set_aside(group, which, by=current_person())
    return _to_house(group)


@bp.post("/groups/<int:group_id>/house/tasks/<task>/undo")
@requires(Permission.APPOINT_COORDINATORS)
def bring_back(group: Group, task: str) -> Response:
    with saving(_("Det står bland det som är att göra igen.")):
        tasks_service.bring_back(group, _task(task), by=current_person())
    return _to_house(group)


def _task(name: str) -> Task:
    try:
        return Task(name)
    except ValueError:
        abort(404)


def _to_house(group: Group) -> Response:
    return redirect(url_for("groups.house.show", group_id=group.id), 303)


def tasks_for(group: Group, work: Work) -> dict[str, object]:
    """Return the first steps of a new lead, and the stairwells without a coordinator of their own.

    These wait until the first steps are done, and are left out once the lead has set them aside.
    """
    missing = [each for each in work.stairwells if not each.has_coordinator]
    if group.id not in current_relations().leads:
        return {"first_steps": None, "was_new": False, "missing": missing}
    aside = queries.set_aside_in(group)
    steps = queries.first_steps_of(group, aside, current_person(), utcnow())
    shown = steps if steps.is_new and not steps.are_done and Task.FIRST_STEPS not in aside else None
    is_quiet = bool(shown) or Task.MORE_COORDINATORS in aside
    return {
        "first_steps": shown,
        "was_new": steps.is_new and Task.FIRST_STEPS in aside,
        "missing": [] if is_quiet else missing,
    }
