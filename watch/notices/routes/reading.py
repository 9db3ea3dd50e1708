"""Pages for reading notices, following and stopping one, and printing it for those on paper."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import abort, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, current_relations, requires, signed_in
from watch.backing import backed_by
from watch.bands import roughly
from watch.contacts.labels import group_backing_words
from watch.extensions import db
from watch.handouts.queries import groups_reached, groups_without_coordinator, without_bringer
from watch.mail.progress import sending
from watch.models import Area, Group, LeftOut, Notice, utcnow
from watch.notices import queries, service, sheets
from watch.notices.labels import LEFT_OUT
from watch.notices.routes.blueprint import bp, knows_numbers
from watch.notices.service import AlreadyStopped, NothingWaits
from watch.paging import page_of
from watch.permissions import Permission
from watch.positions import position_of
from watch.recipients import flats_on_paper
from watch.saving import Explanations, saving
from watch.web import ViewAnswer, leave_trace

NOT_STOPPED: Explanations = {
    AlreadyStopped: _l("Mejlen som väntade är redan stoppade."),
    NothingWaits: _l("Inget går att stoppa: alla mejl har redan gått iväg eller är på väg just nu."),
}


@bp.get("/groups/<int:group_id>/notices")
@requires(Permission.SEE_GROUP)
def index(group: Group) -> str:
    search = " ".join(request.args.get("q", "")[:100].split())
    page = page_of(
        queries.notice_ids(group, current_person(), search),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "notices/index.html",
        group=group,
        notices=queries.notices_by_id(page.keys),
        page=page,
        search=search,
        reader=language.current(),
    )


@bp.get("/areas/<slug>/notices")
@requires(Permission.SEE_AREA, second_factor=True)
def area_index(area: Area) -> str:
    page = page_of(
        queries.area_notice_ids(area),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "notices/area_index.html",
        area=area,
        notices=queries.notices_by_id(page.keys),
        page=page,
        reader=language.current(),
    )


@bp.get("/notices/<int:notice_id>")
@signed_in
def show(notice_id: int) -> str:
    """Show a notice in the reader's language, or in `language`, to print it for somebody else."""
    notice = _readable(notice_id)
    scopes = _scopes(notice)
    asked = {text.language.value: text.language for text in notice.texts}.get(
        request.args.get("language", "")
    )
    with language.speaking(asked or language.current()):
        return render_template(
            "notices/show.html",
            notice=notice,
            text=notice.text_in(language.current()),
            behind=group_backing_words(notice.group) if notice.group else backed_by(),
            own_flats=flats_on_paper(queries.mailings_of(notice), scopes) if scopes else [],
        )


@bp.get("/notices/<int:notice_id>/sheet.pdf")
@signed_in
def sheet(notice_id: int) -> Response:
    """Give a notice as an A4 for the notice board."""
    notice = _readable(notice_id)
    pdf = BytesIO(sheets.sheet_of(notice))
    return send_file(pdf, "application/pdf", as_attachment=True, download_name=f"meddelande-{notice.id}.pdf")


@bp.get("/notices/<int:notice_id>/report")
@requires(Permission.SEE_NOTICE_REPORT)
def report(notice: Notice) -> str:
    """Show how far sending has come, in numbers and never in names."""
    scopes, now = _scopes(notice), utcnow()
    going, progress, exact = sending(now), queries.progress_of(notice), knows_numbers(notice)
    reasons = [(LEFT_OUT[why], progress.reasons[why], False) for why in LeftOut if why in progress.reasons]
    return render_template(
        "notices/report.html",
        notice=notice,
        text=notice.text_in(language.current()),
        progress=progress,
        reasons=reasons if exact else [],
        per_minute=going.per_minute,
        ends_at=going.ends_at(now),
        is_stuck=going.is_stuck,
        exact=exact,
        own_flats=len(flats_on_paper(queries.mailings_of(notice), scopes)) if scopes else 0,
        coordinates=bool(scopes),
        alone=without_bringer(queries.homes_without_paper(notice)) if notice.area else 0,
        uncovered=groups_without_coordinator(notice.group or notice.areas) if notice.area else [],
    )


@bp.get("/notices/<int:notice_id>/stop")
@requires(Permission.STOP_NOTICES)
def ask_stop(notice: Notice) -> ViewAnswer:
    """Ask for confirmation and say how many mails would be stopped."""
    progress = queries.progress_of(notice)
    if not progress.stoppable:
        flash(str(NOT_STOPPED[AlreadyStopped if notice.stopped_at else NothingWaits]), "info")
        return redirect(url_for("notices.report", notice_id=notice.id), 303)
    return render_template(
        "notices/ask_stop.html",
        notice=notice,
        text=notice.text_in(language.current()),
        progress=progress,
        exact=knows_numbers(notice),
    )


@bp.post("/notices/<int:notice_id>/stop")
@requires(Permission.STOP_NOTICES)
def stop(notice: Notice) -> Response:
    with saving(already=NOT_STOPPED) as saved:
        stopped = service.stop_sending(notice, by=current_person())
    if saved:
        flash(_stopped(notice, stopped), "done")
    return redirect(url_for("notices.report", notice_id=notice.id), 303)


def _stopped(notice: Notice, count: int) -> str:
    """Return how many mails were stopped, and how many are under way and cannot be."""
    exact = knows_numbers(notice)
    said = _("Stoppade mejl: %(number)s.", number=_number(count, exact=exact))
    if going := queries.progress_of(notice).waiting:
        said += " " + _("Redan på väg, går inte att stoppa: %(number)s.", number=_number(going, exact=exact))
    return said


def _number(count: int, *, exact: bool) -> str:
    """Return the exact number, or a rounded one: two exact numbers would reveal that one person joined."""
    return language.number(count) if exact else roughly(count)


@bp.get("/notices/<int:notice_id>/paper")
@signed_in
def paper(notice_id: int) -> str:
    notice = _readable(notice_id)
    scopes = _scopes(notice) or abort(404)
    flats = flats_on_paper(queries.mailings_of(notice), scopes)
    for group in db.session.scalars(select(Group).where(Group.id.in_(scopes))):
        leave_trace("house-seen", about=group)
    return render_template(
        "notices/paper.html", notice=notice, text=notice.text_in(language.current()), flats=flats
    )


def _readable(notice_id: int) -> Notice:
    notice = db.session.get(Notice, notice_id)
    if notice is None or not queries.may_read(notice, current_person()):
        abort(404)
    g.position = position_of(notice)
    return notice


def _scopes(notice: Notice) -> Mapping[int, frozenset[int] | None]:
    """Return the reader's groups among the recipients, each with the stairwells they work with."""
    relations = current_relations()
    groups = groups_reached(notice, relations.leads | set(relations.coordinates))
    return {group.id: relations.stairwells_in(group) for group in groups}
