"""Before anything is sent: every row with what would become of it; then exactly those are invited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language
from watch.access import Permission, current_person, current_relations, requires
from watch.bodies import MEGABYTE, takes_bytes, takes_file
from watch.errors import Duplicate
from watch.extensions import db
from watch.groups.errors import AlreadyMember
from watch.groups.queries.flats import flats_of_group
from watch.invitations.errors import AlreadyInvited, InvitationDeclined, TooManyInvitations, WrittenLately
from watch.invitations.forms.inviting import TRANSFERABLE
from watch.invitations.forms.preview import PreviewForm, PreviewRow, apply_limits, validated, visible
from watch.invitations.labels import PREVIEW_SIGNS, PREVIEW_STATES, TROUBLES
from watch.invitations.pasting import Typed
from watch.invitations.queries.inviting import DailyQuota, known_among, quota_of
from watch.invitations.routes.inviting import (
    MAX_CHARACTERS,
    ROWS_A_PAGE,
    bp,
    index_page,
    invite_form,
    list_of,
)
from watch.invitations.service import inviting
from watch.invitations.sheets import Trouble
from watch.limits import limit_network
from watch.models import Group, Invitation, Language
from watch.paging import page_of
from watch.web import leave_trace

LOOKING = limit_network("120 per hour", "invitation previews")
FILES = limit_network(  # reading one may take seconds of a processor
    "20 per hour", "invitation files", exempt_when=lambda: not any(request.files.values())
)
REFUSALS = (AlreadyMember, InvitationDeclined, AlreadyInvited, WrittenLately, TooManyInvitations)


@bp.get("/groups/<int:group_id>/invitations/preview")
@requires(Permission.INVITE)
def back_to_new(group: Group) -> Response:
    """A tab that is opened again has kept the address of the preview, and nothing of what was written."""
    return redirect(url_for(".index", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/invitations/preview")
@takes_file("file", 6 * MEGABYTE)
@LOOKING
@FILES
@requires(Permission.INVITE)
def preview(group: Group) -> Response:
    """What was pasted or read from a file, row by row; nothing is stored but that somebody looked."""
    if "carried" in request.form:
        form = PreviewForm()
        return _preview(group, form, form.typed_rows(request.form))
    first = invite_form(group)
    db.session.rollback()  # nobody waits for a database that waits for a file to be read
    if not first.validate():
        return index_page(group, first)
    form = _new_form(first.language.data, first.pass_on.data)
    rows = [visible(row) for row in first.rows]
    form.carry(rows)
    if form.is_too_large:
        field = first.file if first.file.data else first.addresses
        field.errors = (TROUBLES[Trouble.TOO_LARGE],)
        return index_page(group, first)
    return _preview(group, form, rows)


@bp.post("/groups/<int:group_id>/invitations")
@takes_bytes(MEGABYTE)
@requires(Permission.INVITE)
def send(group: Group) -> Response:
    """Invite those who were shown as such, no more and no fewer; what could not be sent stays."""
    form, done = PreviewForm(), redirect(list_of(group.id), 303)
    key = form.form_key.data
    if key and inviting.was_sent(key):
        return done
    typed = form.typed_rows(request.form)
    rows, _room = _rows(group, typed)
    chosen = [row for row in rows if row.state == "new"]
    if not chosen or request.form.get("count", type=int) != len(chosen):
        return _changed(group, form, typed)
    try:
        sent = [_invite(group, row, form) for row in chosen]
        if key:
            inviting.mark_sent(sent[0], key)
    except Duplicate:
        db.session.rollback()
        return done
    except REFUSALS:
        db.session.rollback()
        return _changed(group, form, typed)
    db.session.commit()
    flash(ngettext("%(num)d inbjudan är på väg.", "%(num)d inbjudningar är på väg.", len(sent)), "done")
    left = [row.typed for row in rows if row.state in {"bad", "later"}]
    return _preview(group, _new_form(form.language.data, form.pass_on.data), left) if left else done


def _new_form(language: str | None, pass_on: str | None) -> PreviewForm:
    """With a key of its own: what is sent from it is another thing than what was sent before."""
    return PreviewForm(formdata=None, data={"language": language, "pass_on": pass_on})


def _changed(group: Group, form: PreviewForm, typed: Sequence[Typed]) -> Response:
    """What is sent is what was seen: where that is another number by now, it is shown first."""
    flash(_("Listan är en annan än den du såg. Se efter och tryck igen. Inget är skickat."), "info")
    return _preview(group, form, typed)


def _invite(group: Group, row: PreviewRow, form: PreviewForm) -> Invitation:
    return inviting.invite(
        group, row.address, flat=row.flat, name=row.name, language=Language(form.language.data),
        is_transferable=form.pass_on.data == TRANSFERABLE, by=current_person(),
        days=current_app.config["INVITATION_DAYS"],
    )  # fmt: skip


def _rows(group: Group, typed: Sequence[Typed]) -> tuple[list[PreviewRow], DailyQuota]:
    """Every row with its state, as far as this coordinator may know it, and the day's quota."""
    by, mine = current_person(), current_relations().stairwells_in(group)
    rows = validated(typed, flats_of_group(group, mine))
    known = known_among(group, {row.address for row in rows if row.state == "new"}, by, mine)
    quota = quota_of(by, current_app.config["INVITATIONS_A_DAY"])
    apply_limits(rows, known, quota.left)
    return rows, quota


def _preview(group: Group, form: PreviewForm, typed: Sequence[Typed]) -> Response:
    """The rows of one state, of a search, a page of them; all of them travel in the form."""
    form.carry(typed)
    rows, quota = _rows(group, typed)
    state, text = (request.form.get(each) or request.form.get(f"{each}_now", "") for each in ("show", "q"))
    text = text[:MAX_CHARACTERS]
    state = "" if state not in PREVIEW_STATES else state
    found = [
        place for place, row in enumerate(rows)
        if state in {"", row.state} and text.strip().casefold() in _words_of(row)
    ]  # fmt: skip
    after, before = (request.form.get(each, type=int) for each in ("after", "before"))
    page = page_of(found, after=after, before=before, size=ROWS_A_PAGE)
    counts = {each: sum(row.state == each for row in rows) for each in PREVIEW_STATES}
    leave_trace("invitations-previewed", about=group)
    html = render_template(
        "invitations/preview.html", group=group, form=form, page=page, counts=counts, state=state, text=text,
        rows=[(place, rows[place]) for place in page.keys], total=len(rows), states=PREVIEW_STATES,
        signs=PREVIEW_SIGNS, is_long=len(rows) > ROWS_A_PAGE, when=quota.until + timedelta(minutes=1),
        most=current_app.config["INVITATIONS_A_DAY"], tongue=language.OWN_NAMES[Language(form.language.data)],
        transferable=form.pass_on.data == TRANSFERABLE, typed=form.to_keep,
        posted_to=url_for(".preview", group_id=group.id), later=_as_table(rows),
    )  # fmt: skip
    return make_response(html)


def _as_table(rows: Sequence[PreviewRow]) -> str:
    """The rows that have to wait, to be kept elsewhere and pasted another day."""
    names = "\t".join((_("E-post"), _("Namn"), _("Lägenhet")))
    later = [row.typed for row in rows if row.state == "later"]
    return "\n".join([names, *(f"{each.address}\t{each.name}\t{each.flat}" for each in later)])


def _words_of(row: PreviewRow) -> str:
    return f"{row.typed.address} {row.typed.name} {row.typed.flat}".casefold()
