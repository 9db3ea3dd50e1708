"""Ticking off papers: what is printed, and which flats have got theirs."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires, signed_in
from watch.extensions import db
from watch.handouts import service
from watch.handouts.queries import Handout, groups_reached, open_handouts, scopes_of
from watch.meetings.queries.calls import mailings_on_paper
from watch.meetings.queries.notes import edition_of, mailings_of_notes
from watch.models import Coordinator, Meeting, Notice, utcnow
from watch.notices.queries import mailings_of, may_read
from watch.permissions import Permission
from watch.positions import groups_of, groups_on_paper, position_of
from watch.recipients import FlatOnPaper, Scopes, all_have_mail, flats_on_paper, is_list_kept

bp = Blueprint("handouts", __name__)


@bp.app_template_global()
def handouts_of(coordinator: Coordinator) -> list[Handout]:
    """Return what a coordinator has to hand out; used by the mail."""
    return open_handouts(scopes_of(coordinator), utcnow())


@bp.app_template_global()
def papers_left(about: Notice | Meeting, *, is_notes: bool = False) -> int:
    """Return how many flats still wait for the reader's paper of this, as the list of what to do says it."""
    waiting = open_handouts(_scopes_of(about), utcnow())
    return next((each.flats for each in waiting if each.about is about and each.is_notes is is_notes), 0)


@bp.app_template_global()
def why_no_papers(about: Notice | Meeting, *, is_notes: bool = False) -> str:
    """Return why no flat of the reader is on the list of papers: only what is known."""
    if not is_list_kept(_mailings_of(about, is_notes=is_notes)):
        return _("Det finns ingen lista: den gjordes aldrig, eller är raderad efter 12 månader.")
    scopes = _scopes_of(about)
    if not scopes:
        return _("Bara kontaktombuden ser vilka lägenheter som behöver papper.")
    if all_have_mail(scopes):
        return _("Alla nås med mejl.")
    return _("Inget papper väntar här.")


def _mailings_of(about: Notice | Meeting, *, is_notes: bool = False) -> Select[int]:
    if isinstance(about, Notice):
        return mailings_of(about)
    return mailings_of_notes(about) if is_notes else mailings_on_paper(about)


def _scopes_of(about: Notice | Meeting) -> Scopes:
    """Return the reader's groups among the recipients, each with the stairwells they work with."""
    relations = current_relations()
    if isinstance(about, Meeting):
        return relations.scopes_among(groups_on_paper(about))
    groups = groups_reached(about, relations.leads | set(relations.coordinates))
    return {group.id: relations.stairwells_in(group) for group in groups}


@bp.app_template_test("notice")
def is_notice(about: Notice | Meeting) -> bool:
    return isinstance(about, Notice)


@bp.post("/notices/<int:notice_id>/paper/ticks")
@signed_in
def tick_notice(notice_id: int) -> Response:
    notice = db.session.get(Notice, notice_id)
    if notice is None or not may_read(notice, current_person()):
        abort(404)
    g.position = position_of(notice)
    scopes = _scopes_of(notice) or abort(404)
    _tick(flats_on_paper(mailings_of(notice), scopes))
    return redirect(url_for("notices.paper", notice_id=notice.id), 303)


@bp.post("/meetings/<int:meeting_id>/paper/ticks")
@requires(Permission.HAND_OUT_CALLS)
def tick_meeting(meeting: Meeting) -> Response:
    _tick(flats_on_paper(mailings_on_paper(meeting), _scopes_of(meeting)), version=meeting.sequence)
    return redirect(url_for("meetings.paper", meeting_id=meeting.id), 303)


@bp.post("/meetings/<int:meeting_id>/notes/paper/ticks")
@requires(Permission.HAND_OUT_CALLS)
def tick_notes(meeting: Meeting) -> Response:
    scopes = current_relations().scopes_among(groups_of(meeting))
    _tick(flats_on_paper(mailings_of_notes(meeting), scopes), version=edition_of(meeting))
    return redirect(url_for("meetings.notes_paper", meeting_id=meeting.id), 303)


def _tick(flats: Sequence[FlatOnPaper], *, version: int | None = None) -> None:
    """Save what was pressed. Only boxes that changed count, because a colleague may have ticked others.

    Nothing is saved if the text has changed since the page was shown: what was printed is the old one.
    """
    if request.form.get("version", version, type=int) != version:
        flash(_("Texten har ändrats sedan du öppnade sidan. Skriv ut den på nytt. Inget är sparat."), "warn")
        return
    done, was = (set(request.form.getlist(name, type=int)) for name in ("done", "was"))
    match request.form.get("press"):
        case "printed":
            service.note_printed(flats)
        case "all":
            service.hand_out(flats, by=current_person())
        case "none":
            service.take_back(flats, by=current_person())
        case _:
            service.hand_out([each for each in flats if each.flat_id in done - was], by=current_person())
            service.take_back([each for each in flats if each.flat_id in was - done], by=current_person())
    db.session.commit()
    flash(_("Sparat."), "done")
