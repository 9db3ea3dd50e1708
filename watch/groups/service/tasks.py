"""Ticks or sets aside the tasks of a group's lead, and takes that back."""

from __future__ import annotations

from sqlalchemy import delete

from watch import audit
from watch.extensions import db
from watch.groups.queries.tasks import LIST_DUE_AFTER, is_list_check
from watch.models import Group, Person, SetAside, Task, utcnow
from watch.statements import changed, upsert


def set_aside(group: Group, task: Task, *, by: Person) -> bool:
    """Tick a task as done, or set it aside; return False if it was already.

    The household list is looked through anew each year.
    """
    if task is Task.LIST_CHECKED:
        is_old = SetAside.at < utcnow() - LIST_DUE_AFTER
        db.session.execute(delete(SetAside).where(is_list_check(group.id), is_old))
    row = {"group_id": group.id, "task": task, "at": utcnow()}
    is_new = bool(changed(upsert(SetAside).values(row).on_conflict_do_nothing()))
    if is_new:
        audit.note("task-set-aside", about=group, by=by)
    return is_new


def bring_back(group: Group, task: Task, *, by: Person) -> None:
    """Show a task again. Doing so twice has no further effect."""
    if changed(delete(SetAside).where(SetAside.group_id == group.id, SetAside.task == task)):
        audit.note("task-brought-back", about=group, by=by)
