"""Ticks or sets aside the tasks of a group's lead, and takes that back."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete

from watch import audit
from watch.extensions import db
from watch.groups.queries.tasks import HOLDS_FOR
from watch.models import Group, Person, SetAside, Task, utcnow
from watch.statements import changed, upsert


def set_aside(group: Group, task: Task, *, by: Person) -> bool:
    """Tick a task as done, or set it aside; return False if it was already.

    Some tasks come back with time: the household list is looked through anew each year.
    """
    if task in HOLDS_FOR:
        is_old = SetAside.at < utcnow() - HOLDS_FOR[task]
        db.session.execute(delete(SetAside).where(_is_of(group, task), is_old))
    row = {"group_id": group.id, "task": task, "at": utcnow()}
    is_new = bool(changed(upsert(SetAside).values(row).on_conflict_do_nothing()))
    if is_new:
        audit.note("task-set-aside", about=group, by=by)
    return is_new


def bring_back(group: Group, task: Task, *, by: Person) -> None:
    """Show a task again. Doing so twice has no further effect."""
    if changed(delete(SetAside).where(_is_of(group, task))):
        audit.note("task-brought-back", about=group, by=by)


def _is_of(group: Group, task: Task) -> ColumnElement[bool]:
    return and_(SetAside.group_id == group.id, SetAside.task == task)
