"""The blueprint of a group's life."""

from __future__ import annotations

from flask import Blueprint

from watch import audit
from watch.access import current_person
from watch.fields import Form
from watch.models import Group

bp = Blueprint("lifecycle", __name__)


def note_assurance(form: Form, group: Group) -> None:
    """Record that the writer has said that a reason is about no person."""
    if form.about_nobody.is_given:
        audit.note(audit.ABOUT_NOBODY, about=group, by=current_person())
