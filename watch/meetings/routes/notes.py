"""Coordinators' pages for the notes of a meeting: write, preview, publish, print, or say that none come."""

from __future__ import annotations

from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, current_relations, requires
from watch.bodies import MEGABYTE, takes_bytes
from watch.groups.queries.names import members_near
from watch.meetings import markup, service, sheets
from watch.meetings.errors import (
    AlreadyPublished,
    MeetingCancelled,
    MeetingNotStarted,
    NoNotes,
    NotesBeside,
    NotesChanged,
    NotesInTwo,
)
from watch.meetings.forms_notes import MOST_NOTES, PublishNotesForm, WriteNotesForm
from watch.meetings.notes_template import count_differs, first_draft, without_empty_sections, written_by_hand
from watch.meetings.queries import notes as queries
from watch.meetings.queries.invited import silent_groups
from watch.meetings.queries.recorded import is_correctable, is_removable
from watch.meetings.routes.blueprint import bp, knows, note_assurance, trace_flats
from watch.models import Meeting, PublishedNotes, utcnow
from watch.permissions import Permission
from watch.positions import groups_of
from watch.recipients import CountChanged, Scopes, flats_on_paper
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

AUTOSAVE = "auto"  # the value that a script sends for the button
SETTLE = {"append", "settle"}  # the buttons that say that the texts beside are needed no more
TOO_EARLY = _l("Det går att skriva anteckningar när träffen har börjat.")
NOT_NOW: Explanations = {MeetingNotStarted: TOO_EARLY, MeetingCancelled: TOO_EARLY}
NOT_YET: Explanations = {
    NoNotes: _l("Det finns inget att publicera än. Skriv något först."),
    NotesInTwo: _l("Två har skrivit samtidigt. Gör en text av båda först."),
    NotesChanged: _l("Anteckningarna har ändrats sedan du tittade. Läs igenom igen."),
    CountChanged: _l("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."),
}
IS_OUT: Explanations = {AlreadyPublished: _l("Anteckningarna är redan publicerade.")}


@bp.app_template_global("notes_of")
def notes_of(meeting: Meeting) -> PublishedNotes | None:
    return queries.published_of(meeting)


@bp.app_template_filter("notes_as_html")
def notes_as_html(text: str) -> Markup:
    return markup.html_of(text)


@bp.app_template_global("first_lines_of_notes")
def first_lines_of_notes(meeting: Meeting) -> list[str]:
    """Return the first three lines that somebody wrote, for those who were absent."""
    published = queries.published_of(meeting)
    return markup.first_lines(written_by_hand(meeting, published.text)) if published else []


@bp.get("/meetings/<int:meeting_id>/notes")
@requires(Permission.MANAGE_MEETINGS)
def write_notes(meeting: Meeting) -> ViewAnswer:
    """Show the form with the draft, or with the template; and any text that was saved at the same time."""
    if not _has_begun(meeting):
        flash(str(TOO_EARLY), "info")
        return _to_meeting(meeting)
    asides = [each.id for each in queries.asides_of(meeting)]
    form = WriteNotesForm.of(queries.draft_of(meeting), first_draft(meeting), asides)
    return _write_page(meeting, form)


@bp.post("/meetings/<int:meeting_id>/notes")
@takes_bytes(MEGABYTE)
@requires(Permission.MANAGE_MEETINGS)
def save_notes(meeting: Meeting) -> ViewAnswer:
    """Save the draft; a text that meets another one is kept beside it, and both are shown."""
    form, press = WriteNotesForm(), request.form.get("press")
    form.members = members_near(_scopes(meeting))
    _add_other_texts(meeting, form, press)
    if not form.validate():
        return _write_page(meeting, form), 422
    with saving(unless=NOT_NOW) as saved:
        is_beside = _save(meeting, form, settles=form.settled if press in SETTLE else [])
    if not saved:
        return _to_meeting(meeting)
    if is_beside and press != AUTOSAVE:
        flash(_("Någon annan har skrivit samtidigt. Inget är borta: båda texterna står här."), "warn")
    elif press == AUTOSAVE:
        return _write_page(meeting, form, is_beside=is_beside)
    elif press == "preview" and not queries.asides_of(meeting):
        return _to(meeting, "preview_notes")
    elif queries.asides_of(meeting):
        flash(_("Det du skrev är sparat. Den andra texten finns också kvar: gör en text av båda."), "warn")
    else:
        flash(_("Utkastet är sparat."), "done")
    return _to(meeting, "write_notes")


def _save(meeting: Meeting, form: WriteNotesForm, settles: list[int]) -> bool:
    """Save what was typed. Return True if it had to be kept beside another text."""
    try:
        draft = service.save_notes(
            meeting, form.text.data, seen=form.seen.data or 0, form_key=form.form_key.data or "",
            by=current_person(), settles=settles,
        )  # fmt: skip
    except NotesBeside:
        return True
    form.seen.data = draft.version
    note_assurance(form, meeting)
    return False


def _add_other_texts(meeting: Meeting, form: WriteNotesForm, press: str | None) -> None:
    """With the button for it, put the texts that were saved at the same time below what was typed."""
    if press == "append":
        others = [each.text for each in queries.asides_of(meeting) if each.id in form.settled]
        form.text.data = "\n\n".join([form.text.data or "", *others])
        draft = queries.draft_of(meeting)
        if not others and draft and draft.text.startswith(form.text.data):  # pressed twice
            form.text.data = draft.text


@bp.get("/meetings/<int:meeting_id>/notes/preview")
@requires(Permission.MANAGE_MEETINGS)
def preview_notes(meeting: Meeting) -> ViewAnswer:
    """Show the notes as the members will read them, and who gets them."""
    draft = queries.draft_of(meeting)
    if draft is None or not draft.text or queries.asides_of(meeting):
        return _to(meeting, "write_notes")
    if _is_out(meeting):
        flash(str(IS_OUT[AlreadyPublished]), "info")
        return _to_meeting(meeting)
    reach = queries.recipients_of_notes(meeting) if knows(meeting) else None
    known = {"seen": draft.version, "counted": reach.preview_token if reach else ""}
    text = without_empty_sections(draft.text)
    return render_template(
        "meetings/preview_notes.html", meeting=meeting, reach=reach, text=text,
        published=queries.published_of(meeting), count_differs=count_differs(meeting, text),
        form=PublishNotesForm(formdata=None, data=known), silent=silent_groups(meeting),
        stays=is_removable(meeting) and not is_correctable(meeting),
    )  # fmt: skip


@bp.post("/meetings/<int:meeting_id>/notes/publish")
@requires(Permission.MANAGE_MEETINGS)
def publish_notes(meeting: Meeting) -> ViewAnswer:
    form, published = PublishNotesForm(), queries.published_of(meeting)
    if not form.validate():
        return _to(meeting, "preview_notes")
    tells = published is None or form.tell.data
    with saving(already=IS_OUT, unless=NOT_YET) as saved:
        service.publish_notes(
            meeting, seen=form.seen.data or 0, by=current_person(), tells=tells,
            form_key=form.form_key.data or None, promised=form.counted.data or None,
        )  # fmt: skip
    if saved:
        is_silent = silent_groups(meeting) and queries.recipients_of_notes(meeting).nobody
        sent = _("Anteckningarna är publicerade. Grupperna får dem när de har sagt att de var med.")
        sent = sent if is_silent else _("Anteckningarna är publicerade och på väg.")
        flash(sent if tells else _("Rättelsen är publicerad. Ingen har fått mejl."), "done")
        return _to_meeting(meeting)
    return _to_meeting(meeting) if _is_out(meeting) else _to(meeting, "preview_notes")


def _is_out(meeting: Meeting) -> bool:
    """Return True if the notes are published as they stand in the draft."""
    draft, published = queries.draft_of(meeting), queries.published_of(meeting)
    return bool(draft and published and not _differs(draft.text, published))


@bp.post("/meetings/<int:meeting_id>/notes/none")
@requires(Permission.MANAGE_MEETINGS)
def skip_notes(meeting: Meeting) -> Response:
    with saving(_("Du får inga fler påminnelser om anteckningar."), already=IS_OUT, unless=NOT_NOW):
        service.skip_notes(meeting, by=current_person())
    return _to_meeting(meeting)


@bp.post("/meetings/<int:meeting_id>/notes/none/undo")
@requires(Permission.MANAGE_MEETINGS)
def expect_notes(meeting: Meeting) -> Response:
    with saving(_("Då går det att skriva anteckningar igen.")):
        service.expect_notes(meeting, by=current_person())
    return _to_meeting(meeting)


@bp.get("/meetings/<int:meeting_id>/notes/sheet.pdf")
@requires(Permission.SEE_MEETING)
def notes_sheet(meeting: Meeting) -> Response:
    """Give the published notes as an A4."""
    published = queries.published_of(meeting) or abort(404)
    pdf, day = BytesIO(sheets.notes_sheet_of(meeting, published)), language.local(meeting.starts_at).date()
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"anteckningar-{day}.pdf")


@bp.get("/meetings/<int:meeting_id>/notes/paper")
@requires(Permission.HAND_OUT_CALLS)
def notes_paper(meeting: Meeting) -> str:
    """Show the flats that need the notes on paper, to tick off."""
    trace_flats(meeting)
    flats = flats_on_paper(queries.mailings_of_notes(meeting), _scopes(meeting))
    edition = queries.edition_of(meeting)
    return render_template("meetings/notes_paper.html", meeting=meeting, flats=flats, edition=edition)


def _write_page(meeting: Meeting, form: WriteNotesForm, *, is_beside: bool = False) -> str:
    draft = queries.draft_of(meeting)
    return render_template(
        "meetings/write_notes.html", meeting=meeting, form=form, draft=draft, most=MOST_NOTES,
        is_beside=is_beside, autosave=AUTOSAVE, published=queries.published_of(meeting),
        asides=[each for each in queries.asides_of(meeting) if each.id in form.settled],
    )  # fmt: skip


def _has_begun(meeting: Meeting) -> bool:
    return meeting.cancelled_at is None and meeting.starts_at <= utcnow()


def _to(meeting: Meeting, page: str) -> Response:
    return redirect(url_for(f"meetings.{page}", meeting_id=meeting.id), 303)


def _to_meeting(meeting: Meeting) -> Response:
    return _to(meeting, "show")


def notes_task(meeting: Meeting) -> dict[str, object]:
    """Return what the meeting's page shows of its notes."""
    draft = queries.draft_of(meeting)
    published = queries.published_of(meeting)
    scopes = _scopes(meeting) if published else {}
    return {
        "published": published,
        "has_draft": bool(draft and draft.text and (not published or _differs(draft.text, published))),
        "skipped": bool(draft and draft.skipped_at),
        "flats": flats_on_paper(queries.mailings_of_notes(meeting), scopes) if scopes else [],
    }


def _scopes(meeting: Meeting) -> Scopes:
    return current_relations().scopes_among(groups_of(meeting))


def _differs(text: str, published: PublishedNotes) -> bool:
    return without_empty_sections(text) != published.text
