"""Buttons by which a lead ticks a task, sets it aside, or has it shown again."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.groups.labels import SET_ASIDE
from watch.groups.service import tasks as tasks_service
from watch.models import Group, Task
from watch.permissions import Permission
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
    return next((task for task in SET_ASIDE if task == name), None) or abort(404)


def _to_house(group: Group) -> Response:
    return redirect(url_for("groups.house.show", group_id=group.id), 303)
