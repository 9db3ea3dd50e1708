"""Shows a preview of every row, and invites exactly those shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, current_relations, requires
from watch.bodies import FIELDS_OF_A_LIST, MEGABYTE, takes_bytes, takes_file
from watch.errors import Duplicate
from watch.extensions import db
from watch.groups.errors import AlreadyMember
from watch.groups.queries.flats import flats_of_group
from watch.invitations.errors import AlreadyInvited, InvitationDeclined, TooManyInvitations, WrittenLately
from watch.invitations.forms.inviting import TRANSFERABLE
from watch.invitations.forms.preview import (
    PreviewForm,
    PreviewRow,
    apply_limits,
    as_table,
    can_be_sent,
    rows_sent,
    sent_of,
    validate,
)
from watch.invitations.labels import FILE_PROBLEMS, PREVIEW_STATES
from watch.invitations.lists import MOST_PEOPLE, NeighbourList
from watch.invitations.queries.inviting import DailyQuota, known_among, quota_of
from watch.invitations.routes.inviting import bp, index_page, invite_form, list_of
from watch.invitations.service import inviting
from watch.limits import limit_network
from watch.models import Group, Invitation, Language
from watch.permissions import Permission
from watch.tables import TableProblem
from watch.web import ViewAnswer, leave_trace

LOOKING = limit_network("120 per hour", "invitation previews")
FILES = limit_network(  # reading a file may take seconds of processor time
    "20 per hour", "invitation files", exempt_when=lambda: not any(request.files.values())
)
REFUSALS = (AlreadyMember, InvitationDeclined, AlreadyInvited, WrittenLately, TooManyInvitations)


@bp.get("/groups/<int:group_id>/invitations/preview")
@requires(Permission.INVITE)
def back_to_new(group: Group) -> Response:
    """Redirect, because a reopened tab has the preview's address but not the list."""
    return redirect(url_for(".index", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/invitations/preview")
@takes_file("file", 6 * MEGABYTE, fields=FIELDS_OF_A_LIST)
@LOOKING
@FILES
@requires(Permission.INVITE)
def preview(group: Group) -> ViewAnswer:
    """Show pasted or uploaded rows. Nothing is stored except a trace that somebody looked."""
    if "form_key" in request.form:
        form = PreviewForm()
        return _preview(group, form, _rows(group, rows_sent(request.form), form))
    first = invite_form(group)
    db.session.rollback()  # no transaction stays open while a file is read
    if not first.validate():
        return index_page(group, first), 422
    cells = sent_of(first.found.people)
    if not can_be_sent(cells):
        field = first.file if first.file.data else first.addresses
        field.errors = (FILE_PROBLEMS[TableProblem.TOO_LARGE],)
        return index_page(group, first), 422
    form = _new_form(first.language.data, first.pass_on.data)
    return _preview(group, form, _rows(group, rows_sent(cells)), first.found)


@bp.post("/groups/<int:group_id>/invitations")
@takes_bytes(MEGABYTE, fields=FIELDS_OF_A_LIST)
@requires(Permission.INVITE)
def send(group: Group) -> Response:
    """Invite exactly those shown as ready. Rows that could not be sent are shown again."""
    form, done = PreviewForm(), redirect(list_of(group.id), 303)
    key = form.form_key.data
    if key and inviting.was_sent(key):
        return done
    rows = _rows(group, rows_sent(request.form), form)
    chosen = [row for row in rows if row.state == "new"]
    if not chosen or request.form.get("count", type=int) != len(chosen):
        return _changed(group, form)
    try:
        sent = [_invite(group, row, form) for row in chosen]
        if key:
            inviting.mark_sent(sent[0], key)
    except Duplicate:
        db.session.rollback()
        return done
    except REFUSALS:
        db.session.rollback()
        return _changed(group, form)
    db.session.commit()
    flash(ngettext("%(num)d inbjudan är på väg.", "%(num)d inbjudningar är på väg.", len(sent)), "done")
    stay = {row.number for row in rows if row.state in {"bad", "later", "shared"}}
    if not stay:
        return done
    left = [row for row in rows_sent(request.form) if row.number in stay]
    rest = _new_form(form.language.data, form.pass_on.data, sent=len(sent) + _sent_before(form))
    return _preview(group, rest, _rows(group, left))


def _new_form(language: str | None, pass_on: str | None, *, sent: int | None = None) -> PreviewForm:
    """Return a form with a new key, because what it sends next is not a repetition."""
    return PreviewForm(formdata=None, data={"language": language, "pass_on": pass_on, "sent": sent})


def _sent_before(form: PreviewForm) -> int:
    """Return how many of the list are invited already; the form says so, and nothing depends on it."""
    number = form.sent.data or 0
    return number if 0 < number <= MOST_PEOPLE else 0


def _changed(group: Group, form: PreviewForm) -> Response:
    """Show the preview again, because the number of rows to send has changed since it was shown."""
    if _sent_before(form):
        told = _("Listan är en annan än den du såg. Granska och tryck igen. Inget mer har skickats.")
    else:
        told = _("Listan är en annan än den du såg. Granska och tryck igen. Inget har skickats.")
    flash(told, "info")
    return _preview(group, form, _rows(group, rows_sent(request.form), form))


def _invite(group: Group, row: PreviewRow, form: PreviewForm) -> Invitation:
    return inviting.invite(
        group, row.address, flat=row.flat, name=row.cells.name.data, language=Language(form.language.data),
        is_transferable=form.pass_on.data == TRANSFERABLE, by=current_person(),
        days=current_app.config["INVITATION_DAYS"],
    )  # fmt: skip


def _rows(group: Group, sent: Iterable[PreviewRow], form: PreviewForm | None = None) -> list[PreviewRow]:
    """Return the rows with their states, as far as this coordinator may know.

    A stairwell chosen in the form is filled in where a row lacks it.
    """
    by, mine = current_person(), current_relations().stairwells_in(group)
    rows, flats = [*sent], flats_of_group(group, mine)
    if form:
        form.offer(flats)
        form.fill_in(rows, flats)
    validate(rows, flats)
    known = known_among(group, {row.address for row in rows if row.state in {"new", "shared"}}, by, mine)
    apply_limits(rows, known, _quota().left)
    return rows


def _quota() -> DailyQuota:
    return quota_of(current_person(), current_app.config["INVITATIONS_A_DAY"])


def _preview(
    group: Group, form: PreviewForm, rows: Sequence[PreviewRow], found: NeighbourList | None = None
) -> Response:
    """Render the preview; for a list just read also what was left out of it."""
    in_state = {state: [row for row in rows if row.state == state] for state in PREVIEW_STATES}
    lacking = sum(row.lacks_stairwell for row in rows)
    if lacking:
        form.offer(flats_of_group(group, current_relations().stairwells_in(group)))
        form.stairwell.data = ""
    leave_trace("invitations-previewed", about=group)
    html = render_template(
        "invitations/preview.html", group=group, form=form, rows=rows, in_state=in_state,
        states=PREVIEW_STATES, found=found, when=_quota().until + timedelta(minutes=1),
        most=current_app.config["INVITATIONS_A_DAY"], tongue=language.OWN_NAMES[Language(form.language.data)],
        transferable=form.pass_on.data == TRANSFERABLE, posted_to=url_for(".preview", group_id=group.id),
        later=as_table(in_state["later"]), typed=_to_keep(form, rows), lacking=lacking,
    )  # fmt: skip
    return make_response(html)


def _to_keep(form: PreviewForm, rows: Sequence[PreviewRow]) -> MultiDict[str, str]:
    """Return form data that keeps the rows when the reader changes the page's language."""
    of_all = {each.name: each.data or "" for each in (form.language, form.pass_on)}
    return MultiDict(of_all | {"addresses": as_table(rows)})
