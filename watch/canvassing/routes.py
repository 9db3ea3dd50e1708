"""The list of flats to visit, and one button for each outcome at a door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.canvassing import service
from watch.canvassing.forms import JoinAtDoorForm, VisitForm
from watch.canvassing.labels import OUTCOMES, VISIT_KINDS, not_home_word
from watch.canvassing.queries import FlatToVisit, flats_to_visit, newest_visit, recent_visits, visiting_order
from watch.canvassing.service import AlreadyRecorded
from watch.errors import DomainError
from watch.extensions import db
from watch.groups.errors import FlatTaken, TooLateToUndo
from watch.groups.labels import FLAT_STATES
from watch.joining.queries.asking import open_visit_requests
from watch.joining.queries.confirming import verification_of
from watch.limits import limit_network
from watch.models import Flat, Group, Language, Visit, utcnow
from watch.permissions import Permission
from watch.places.labels import floor_word
from watch.web import ViewAnswer, here, leave_trace, local_path

bp = Blueprint("canvassing", __name__)
bp.add_app_template_filter(not_home_word, "not_home")


@bp.get("/groups/<int:group_id>/knock")
@requires(Permission.SEE_HOUSE)
def visits(group: Group) -> ViewAnswer:
    now, chosen = utcnow(), set(request.args.getlist("flats", type=int))
    everything = flats_to_visit(group, current_relations().stairwells_in(group))
    due = [each for each in everything if (each.is_open(now) if chosen else each.is_due(now))]
    due = [each for each in due if not chosen or each.flat.flat_id in chosen]
    stairwell, kind = request.args.get("stairwell", type=int), request.args.get("kind", "")
    in_stairwell = [each for each in due if stairwell in (None, each.flat.stairwell_id)]
    shown = [each for each in in_stairwell if kind not in VISIT_KINDS or each.kind == kind]
    fresh = recent_visits(everything, current_person(), now)
    last = fresh[0] if fresh else None
    rows = _with_last(everything, shown, last, stairwell)
    leave_trace("doors-seen", about=group)
    return render_template(
        "canvassing/visits.html", group=group, shown=len(shown), chosen=chosen, stairwell=stairwell,
        kind=kind, last=last, fresh=fresh, elsewhere=[each for each in fresh if each not in rows],
        later=_later(everything, stairwell, now), stairwells=_by_stairwell(rows, last),
        kinds=_kinds(in_stairwell), due=len(in_stairwell), all_stairwells=_stairwells(everything),
        everything=everything, states=FLAT_STATES,
        outcomes=OUTCOMES, back=here(), floor_word=floor_word, asks_address=_asks_address(last),
    )  # fmt: skip


def _asks_address(last: FlatToVisit | None) -> bool:
    """Return True if the neighbour who joined at the last door was asked by mail to verify their address."""
    visit = last.last if last else None
    return bool(visit and visit.membership and verification_of(visit.membership))


def _with_last(
    everything: list[FlatToVisit], shown: list[FlatToVisit], last: FlatToVisit | None, stairwell: int | None
) -> list[FlatToVisit]:
    """Return the flats shown and the one just visited, so that its visit can be undone where it stood."""
    stays = last if last and stairwell in (None, last.flat.stairwell_id) else None
    return [each for each in everything if each in shown or each is stays]


def _later(everything: list[FlatToVisit], stairwell: int | None, now: datetime) -> list[FlatToVisit]:
    """Return the flats that come onto the list if nobody answers, the next one first."""
    asked = [each for each in everything if each.due_at and not each.is_due(now)]
    return sorted(
        (each for each in asked if stairwell in (None, each.flat.stairwell_id)),
        key=lambda each: each.due_at or now,
    )


def _by_stairwell(
    doors: Iterable[FlatToVisit], last: FlatToVisit | None
) -> list[tuple[str, list[FlatToVisit]]]:
    walked = visiting_order(doors, last.last if last else None)
    return [
        (stairwell, list(behind)) for stairwell, behind in groupby(walked, key=lambda each: each.flat.address)
    ]


def _kinds(doors: list[FlatToVisit]) -> list[tuple[str, str, int]]:
    """Return each filter that matches a flat, with its word and the number of flats."""
    counts = {kind: sum(each.kind == kind for each in doors) for kind in VISIT_KINDS}
    return [(kind, str(word), counts[kind]) for kind, word in VISIT_KINDS.items() if counts[kind]]


def _stairwells(doors: Iterable[FlatToVisit]) -> list[tuple[int, str]]:
    return list({each.flat.stairwell_id: each.flat.stairwell_number for each in doors}.items())


@bp.post("/flats/<int:flat_id>/knock/not-home")
@requires(Permission.MANAGE_HOUSEHOLDS)
def not_home(flat: Flat) -> ViewAnswer:
    return _press(service.not_at_home, flat)


@bp.post("/flats/<int:flat_id>/knock/no")
@requires(Permission.MANAGE_HOUSEHOLDS)
def say_no(flat: Flat) -> ViewAnswer:
    return _press(service.say_no, flat)


@bp.post("/flats/<int:flat_id>/knock/moved")
@requires(Permission.MANAGE_HOUSEHOLDS)
def say_moved(flat: Flat) -> ViewAnswer:
    return _press(service.say_moved, flat)


def _press(record: Callable[..., Visit], flat: Flat) -> Response:
    form = VisitForm()
    if not form.validate():
        flash(_("Listan är gammal. Se hur det står nu, och tryck igen."), "warn")
        return _to_list(flat, form)
    try:
        record(flat, after=form.after.data, by=current_person())
    except DomainError as no:
        db.session.rollback()
        _explain(no)
        return _to_list(flat, form)
    db.session.commit()
    return _to_list(flat, form, at_the_door=True)


def _explain(no: DomainError) -> None:
    """Tell the coordinator why nothing was recorded."""
    if isinstance(no, service.TakesPart):
        flash(_("Hushållet är med. Öppna lägenheten om de har flyttat."), "warn")
    elif not isinstance(no, AlreadyRecorded):
        flash(_("Gruppen är avslutad. Inget sparades."), "warn")
    elif no.visit is None or no.visit.by is None:
        flash(_("Listan är gammal. Se hur det står nu, och tryck igen."), "warn")
    elif no.visit.by.id == current_person().id:
        flash(_("Du har redan noterat ett svar här: %(answer)s.", answer=OUTCOMES[no.visit.outcome]), "info")
    else:
        said = {"name": no.visit.by.name, "answer": OUTCOMES[no.visit.outcome]}
        flash(_("%(name)s har redan noterat ett svar här: %(answer)s.", **said), "info")


def _to_list(flat: Flat, form: VisitForm | None = None, *, at_the_door: bool = False) -> Response:
    """Redirect to the list or flat page that the form came from; after a visit, to that flat in the list."""
    path = local_path(form.back.data if form else None) or ""
    its_page = url_for("groups.house.flat", flat_id=flat.id)
    group_id = flat.stairwell.building.group_id
    doors = url_for(".visits", group_id=group_id) if group_id else its_page
    back = path if path.partition("?")[0] in {its_page, doors} else doors
    is_list = at_the_door and back.partition("?")[0] == doors
    return redirect(f"{back}#door-{flat.id}" if is_list else back, 303)


@bp.get("/flats/<int:flat_id>/knock/join")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_join(flat: Flat) -> ViewAnswer:
    asked, last = open_visit_requests(flat), newest_visit(flat)
    known = {
        "after": last.id if last else 0,
        "back": request.args.get("back"),
        "language": Language.SWEDISH,
    }
    if len(asked) == 1:
        known |= {"name": asked[0].person.name, "language": asked[0].person.language}
        leave_trace("request-seen", about=asked[0], group=asked[0].group)
    return _join_page(flat, JoinAtDoorForm(data=known))


def _join_page(flat: Flat, form: JoinAtDoorForm) -> ViewAnswer:
    to_list = _to_list(flat, form).location
    page = render_template("canvassing/ask_join.html", flat=flat, form=form, to_list=to_list)
    return (page, 422) if form.errors else page


@bp.post("/flats/<int:flat_id>/knock/join")
@limit_network("60 per hour")
@requires(Permission.MANAGE_HOUSEHOLDS)
def join(flat: Flat) -> ViewAnswer:
    form = JoinAtDoorForm()
    if not form.validate():
        return _join_page(flat, form)
    try:
        service.join_at_door(
            flat, after=form.after.data, name=form.name.data, language=form.language.data,
            address=form.address.data, by=current_person(),
        )  # fmt: skip
    except DomainError as no:
        db.session.rollback()
        _explain(no)
        return _to_list(flat, form)
    db.session.commit()
    return _to_list(flat, form, at_the_door=True)


@bp.post("/knocks/<int:visit_id>/undo")
@requires(Permission.MANAGE_HOUSEHOLDS)
def undo(visit: Visit) -> ViewAnswer:
    form = VisitForm()
    try:
        service.take_back_visit(visit, by=current_person())
    except (TooLateToUndo, FlatTaken):
        db.session.rollback()
        flash(_("Det går inte att ångra längre. Öppna lägenheten och ändra där."), "warn")
        return _to_list(visit.flat, form)
    db.session.commit()
    return _to_list(visit.flat, form, at_the_door=True)


@bp.get("/knocks/<int:visit_id>/undo")
@requires(Permission.MANAGE_HOUSEHOLDS)
def back_to_visits(visit: Visit) -> ViewAnswer:
    """Redirect a tab that was reopened at the address of a button to the page with the button."""
    return redirect(url_for(".visits", group_id=visit.flat.stairwell.building.group_id), 303)
