"""The officer's pages: an overview of the areas, all groups, and the buildings and months of one area."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from watch import language
from watch.access import current_relations, requires
from watch.bands import banded
from watch.followup.forms import FilterForm, GroupsForm
from watch.followup.labels import ACTIONS, KINDS, NEEDS, REASONS, STATES, cells_of, month_said, plots_of
from watch.followup.plan import plan_of
from watch.followup.queries import buildings, counts, months
from watch.followup.queries import groups as group_queries
from watch.followup.queries import needs as needs_queries
from watch.followup.queries.needs import Need, Reason
from watch.followup.queries.officers import areas_followed_by
from watch.followup.queries.plan import MOST_ON_MAP, buildings_on_map
from watch.groups.labels import HouseholdsSaid
from watch.groups.queries.areas import areas_by_id
from watch.lifecycle.labels import CAUSES
from watch.models import Area, Officer, utcnow
from watch.paging import page_of
from watch.permissions import Permission

bp = Blueprint("followup", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {
        "banded": banded, "households_of": HouseholdsSaid.roughly, "states": STATES, "kinds": KINDS,
        "needs_of_group": NEEDS, "month_said": month_said, "cells_of": cells_of, "plots_of": plots_of,
        "url_of_need": _way,
    }  # fmt: skip


@bp.app_template_global("needs_of")
def needs_of(officer: Officer) -> list[tuple[LazyString, int]]:
    """Return what needs an officer, for the week's mail: each reason, and how many there are."""
    now = utcnow()
    areas = areas_followed_by(officer.person_id)
    needs = needs_queries.what_needs_somebody(areas, now)
    return [
        (REASONS[reason], len(list(alike))) for reason, alike in groupby(needs, key=lambda each: each.reason)
    ]


@bp.get("/overview")
@requires(Permission.SEE_AREA, second_factor=True)
def overview() -> str:
    areas, now = current_relations().officer_of, utcnow()
    needs = needs_queries.what_needs_somebody(areas, now)
    return render_template(
        "followup/overview.html",
        months=months.latest_months(areas, language.local(now).date()),
        areas=counts.areas_side_by_side(areas, now),
        needs=[
            (REASONS[reason], [_said(need) for need in alike])
            for reason, alike in groupby(needs, key=lambda need: need.reason)
        ],
    )


@bp.get("/areas/<slug>")
@requires(Permission.SEE_AREA, second_factor=True)
def area(area: Area) -> str:
    now = utcnow()
    form = FilterForm(request.args, buildings.landlords_in(area))
    found = buildings.buildings_in(area, form.filter(), now)
    page = page_of(
        found.ids,
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    return render_template(
        "followup/area.html",
        area=area,
        form=form,
        rows=buildings.buildings_by_id(page.keys, now),
        page=page,
        folded=found.folded,
        numbers=counts.areas_side_by_side({area.id}, now)[0],
    )


@bp.get("/overview/groups")
@requires(Permission.SEE_AREA, second_factor=True)
def groups() -> str:
    areas, now = current_relations().officer_of, utcnow()
    form = GroupsForm(request.args, areas_by_id(areas))
    page = page_of(
        group_queries.group_ids(areas, form.filter(), now),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
    )
    rows = group_queries.groups_by_id(page.keys, now)
    return render_template("followup/groups.html", form=form, rows=rows, page=page)


@bp.get("/areas/<slug>/months")
@requires(Permission.SEE_AREA, second_factor=True)
def area_months(area: Area) -> str:
    page = page_of(
        months.month_ids(area),
        after=request.args.get("after", type=int),
        before=request.args.get("before", type=int),
        size=months.ON_A_PAGE,
    )
    own = areas_by_id(current_relations().officer_of)
    rows = months.months_by_id(page.keys)
    return render_template("followup/area_months.html", area=area, areas=own, rows=rows, page=page)


@bp.get("/areas/<slug>/map")
@requires(Permission.SEE_AREA, second_factor=True)
def area_map(area: Area) -> str:
    found = buildings_on_map(area, utcnow())
    plan = plan_of(found[:MOST_ON_MAP])
    return render_template("followup/area_map.html", area=area, plan=plan, left_out=found[MOST_ON_MAP:])


def _said(need: Need) -> dict[str, object]:
    """Return a need as the template shows it: its name, a count, and a link to act on it."""
    said = need.what
    if need.reason is Reason.INTEREST:
        said = _("Intresserade: %(count)s.", count=banded(need.count, need.total))
    elif need.at:
        said = language.day(need.at)
    elif need.causes:
        said = language.together([str(CAUSES[each]) for each in need.causes])
    return {
        "name": need.name,
        "said": said,
        "action": ACTIONS[need.reason],
        "href": _way(need.reason, need.thing_id),
    }


def _way(reason: Reason, thing_id: int) -> str:
    """Return the address at which a need is dealt with."""
    match reason:
        case Reason.INTEREST:
            return url_for("lifecycle.new", building=thing_id)
        case Reason.QUIET:
            return url_for("lifecycle.checklist", group_id=thing_id)
        case Reason.AFTER_CLOSING:
            return url_for("closing.show", group_id=thing_id)
        case Reason.FINDING | Reason.OVERDUE:
            return url_for("findings.show", finding_id=thing_id)
        case Reason.JOINED_BY_NONE:
            return url_for("meetings.show", meeting_id=thing_id)
        case Reason.SIGNS:
            return url_for("registers.show", building_id=thing_id)
        case Reason.RESIGNED_CONTACT | Reason.CORRECTED_CONTACT | Reason.STALE_CONTACT:
            return url_for("contacts.edit", _anchor=f"contact-{thing_id}")
        case _:
            return url_for("groups.coordinators.index", group_id=thing_id)
