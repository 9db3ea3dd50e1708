"""Pages for writing, previewing and sending a notice to a group or an area.

Both take the same steps; ComposeContext holds what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person, current_relations, requires
from watch.bodies import MEGABYTE, takes_bytes
from watch.extensions import db
from watch.groups.labels import HouseholdsSaid, recipients_said
from watch.groups.queries.flats import stairwells_of_group
from watch.groups.queries.pages import facts_of
from watch.handouts.queries import groups_without_coordinator, without_bringer
from watch.models import Area, Audience, Group, Notice, Organisation
from watch.notices import queries, service, sheets
from watch.notices.forms import WriteAreaNoticeForm, WriteNoticeForm
from watch.notices.queries import Target
from watch.notices.routes.blueprint import bp, knows_numbers
from watch.notices.service import AlreadySent, Draft, OtherSent, ReachesNobody
from watch.paper import picture_to_show
from watch.permissions import Permission
from watch.recipients import CountChanged, RecipientCounts
from watch.saving import saving
from watch.trials import ALREADY_TRIED, NOT_TRIED, TRIED
from watch.web import ViewAnswer

NOTICE = MEGABYTE // 2  # bytes; four texts of 10,000 characters, most of which take six each
STEPS = ("new", "preview", "send", "index")


@dataclass(frozen=True)
class ComposeContext:
    """What differs between a group and an area: possible recipients, sender and the URLs of the steps."""

    place: Group | Area
    organisation: str
    steps: Mapping[str, str]
    form: Callable[[], WriteNoticeForm]


@bp.get("/groups/<int:group_id>/notices/new")
@requires(Permission.SEND_GROUP_NOTICES)
def new(group: Group) -> str:
    compose = _group_context(group)
    return _write_page(compose, compose.form())


@bp.get("/groups/<int:group_id>/notices/preview")
@requires(Permission.SEND_GROUP_NOTICES)
def back_to_new(group: Group) -> Response:
    """Redirect a tab that was reopened at the preview's address and has lost what was typed."""
    return redirect(url_for("notices.new", group_id=group.id), 303)


@bp.post("/groups/<int:group_id>/notices/preview")
@takes_bytes(NOTICE)
@requires(Permission.SEND_GROUP_NOTICES)
def preview(group: Group) -> ViewAnswer:
    """Show the notice and its recipients: the exact number if the coordinator works with all of them."""
    return _preview(_group_context(group))


@bp.post("/groups/<int:group_id>/notices")
@takes_bytes(NOTICE)
@requires(Permission.SEND_GROUP_NOTICES)
def send(group: Group) -> ViewAnswer:
    return _send(_group_context(group))


@bp.get("/areas/<slug>/notices/new")
@requires(Permission.SEND_AREA_NOTICES, second_factor=True)
def area_new(area: Area) -> str:
    compose = _area_context(area)
    return _write_page(compose, compose.form())


@bp.post("/areas/<slug>/notices/preview")
@takes_bytes(NOTICE)
@requires(Permission.SEND_AREA_NOTICES, second_factor=True)
def area_preview(area: Area) -> ViewAnswer:
    """Show the notice, and the number of coordinators, or the least number of households."""
    return _preview(_area_context(area))


@bp.post("/areas/<slug>/notices")
@takes_bytes(NOTICE)
@requires(Permission.SEND_AREA_NOTICES, second_factor=True)
def area_send(area: Area) -> ViewAnswer:
    return _send(_area_context(area))


def _group_context(group: Group) -> ComposeContext:
    own = current_relations().stairwells_in(group)
    stairwells = stairwells_of_group(group, own)
    is_one_street = len({each.street for each in stairwells}) == 1
    targets: dict[str, tuple[Any, Target]] = {"group": (_("Hela gruppen"), Target(Audience.GROUP, group))}
    for each in stairwells:
        label = _("Port %(number)s", number=each.number) if is_one_street else each.address
        targets[f"stairwell-{each.id}"] = (label, Target(Audience.STAIRWELL, group, each))
    first = list(targets)[-1] if own is not None and len(targets) == 2 else "group"
    return ComposeContext(
        group,
        organisation=group.name,
        form=lambda: WriteNoticeForm(targets, data={"audience": first}),
        steps={step: url_for(f"notices.{step}", group_id=group.id) for step in STEPS},
    )


def _area_context(area: Area) -> ComposeContext:
    officer = queries.officer_in(area, current_person())
    areas = queries.areas_of(current_relations().officer_of)
    groups = queries.groups_to_write_to(areas)
    group = request.args.get("group", "")
    first = Audience.AREA_GROUP if group else Audience.AREA_MEMBERS
    start = {"audience": first.value, "areas": [area.id], "group": group}
    return ComposeContext(
        area,
        form=lambda: WriteAreaNoticeForm(area, areas, groups, data=start),
        organisation=(officer.organisation if officer else Organisation.POLICE).value,
        steps={
            "new": url_for("notices.area_new", slug=area.slug),
            "preview": url_for("notices.area_preview", slug=area.slug),
            "send": url_for("notices.area_send", slug=area.slug),
            "index": url_for("notices.area_index", slug=area.slug),
        },
    )


def _preview(compose: ComposeContext) -> ViewAnswer:
    form = compose.form()
    if request.form.get("back"):
        return _write_page(compose, form), 200
    if not form.validate():
        return _write_page(compose, form), 422
    reach = form.target.recipients()
    if not form.target.reaches_somebody():
        return _refuse_for_nobody(compose, form)
    try:
        service.expect_new(form.target, _draft(compose, form), form.form_key.data)
    except AlreadySent as sent:
        return _already_sent(sent.notice)
    except OtherSent as other:
        return _preview_page(compose, form, reach, before=other.notice), 200
    if request.form.get("trial"):
        with saving(TRIED, already=ALREADY_TRIED, unless=NOT_TRIED):
            service.try_out(form.target, _draft(compose, form), by=current_person())
    return _preview_page(compose, form, reach), 200


def _draft(compose: ComposeContext, form: WriteNoticeForm) -> Draft:
    return Draft(
        form.texts(), compose.organisation, form.level.data, form.source.data or None, form.valid_until.data
    )


def _already_sent(notice: Notice) -> Response:
    flash(_("Meddelandet är redan skickat."), "info")
    return redirect(url_for("notices.report", notice_id=notice.id), 303)


def _send(compose: ComposeContext) -> ViewAnswer:
    form = compose.form()
    if not form.validate():
        return _write_page(compose, form), 422
    try:
        notice = service.send(
            form.target,
            _draft(compose, form),
            by=current_person(),
            form_key=form.form_key.data or None,
            promised=form.counted.data or None if knows_numbers(form.target) else None,
        )
    except ReachesNobody:
        return _refuse_for_nobody(compose, form)
    except CountChanged as now:
        flash(_("Antalet har ändrats sedan du tittade. Granska igen innan du skickar."), "warn")
        return _preview_page(compose, form, now.counts), 409
    except AlreadySent as sent:
        return _already_sent(sent.notice)
    except OtherSent as other:
        return _preview_page(compose, form, form.target.recipients(), before=other.notice), 409
    if form.about_nobody.is_given:
        reader = current_person()
        audit.note(audit.ABOUT_NOBODY, about=notice, by=reader, group=notice.group, area=notice.area)
    db.session.commit()
    flash(_("Meddelandet är på väg."), "done")
    return redirect(url_for("notices.report", notice_id=notice.id), 303)


def _refuse_for_nobody(compose: ComposeContext, form: WriteNoticeForm) -> ViewAnswer:
    said = _("Ingen skulle få meddelandet: ingen är med här än. Välj några andra.")
    if form.target.is_unseen():
        said += " " + _("Är de som har gått med i dag färre än fem räknas de från i morgon.")
    form.audience.errors = (said,)
    return _write_page(compose, form), 422


def _write_page(compose: ComposeContext, form: WriteNoticeForm) -> str:
    if isinstance(form, WriteAreaNoticeForm):
        areas = queries.areas_of(current_relations().officer_of)
        households = queries.households_by_area([each.id for each in areas])
        form.say_counts(households, queries.coordinators_by_area(areas))
        return render_template("notices/area_new.html", compose=compose, form=form)
    form.audience.choices = [(name, _with_counts(*each)) for name, each in form.targets.items()]
    return render_template("notices/new.html", compose=compose, form=form)


def _with_counts(label: Any, target: Target) -> str:
    """Return an audience's label with how many it reaches, if the reader may know."""
    if not knows_numbers(target):
        return str(label)
    reach = target.recipients()
    return f"{label} ({recipients_said(reach.mail, reach.paper, reach.unreached, reach.declined)})"


def _preview_page(
    compose: ComposeContext, form: WriteNoticeForm, reach: RecipientCounts, *, before: Notice | None = None
) -> str:
    """Show the preview. `before` is what the same form has sent already; this is sent as a new one."""
    if before:
        form.renew_key()
    name = "notices/preview.html" if isinstance(compose.place, Group) else "notices/area_preview.html"
    target, exact = form.target, knows_numbers(form.target)
    notice = service.new_notice(target, _draft(compose, form), current_person())
    return render_template(
        name,
        compose=compose,
        form=form,
        target=target,
        before=before,
        reach=reach if exact else None,
        households=queries.households_in(target.areas) if target.areas and not exact else None,
        crowd=_crowd(target.group) if target.group and not exact else None,
        alone=without_bringer(target.households()) if target.area else 0,
        uncovered=groups_without_coordinator(target.group or target.areas) if target.area else [],
        texts=form.texts(),
        sheets=[picture_to_show(each) for each in sheets.pictures_of(notice)],
        hidden=form.typed() | {"counted": reach.preview_token if exact else ""},
    )


def _crowd(group: Group) -> HouseholdsSaid:
    return HouseholdsSaid.of_group(group, facts_of(group).flats)
