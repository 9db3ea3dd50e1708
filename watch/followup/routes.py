"""The officer's pages: an overview of the areas, and the buildings of one area."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from watch import language
from watch.access import Permission, current_relations, requires
from watch.bands import banded
from watch.followup.forms import FilterForm
from watch.followup.labels import ACTIONS, KINDS, REASONS, STATES
from watch.followup.queries import buildings, counts
from watch.followup.queries import needs as needs_queries
from watch.followup.queries.needs import Need, Reason
from watch.groups.labels import HouseholdsSaid
from watch.lifecycle.labels import CAUSES
from watch.models import Area, utcnow
from watch.paging import page_of

bp = Blueprint("followup", __name__)


@bp.context_processor
def _words() -> dict[str, object]:
    return {"banded": banded, "households_of": HouseholdsSaid.roughly, "states": STATES, "kinds": KINDS}


@bp.get("/overview")
@requires(Permission.SEE_AREA, second_factor=True)
def overview() -> str:
    areas, now = current_relations().officer_of, utcnow()
    needs = needs_queries.what_needs_somebody(areas, now, language.local(now).date())
    return render_template(
        "followup/overview.html",
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


def _said(need: Need) -> dict[str, object]:
    """Return a need as the template shows it: its name, a count, and a link to act on it."""
    said = need.what
    if need.reason is Reason.INTEREST:
        said = _("Intresserade: %(count)s.", count=banded(need.count, need.total))
    elif need.causes:
        said = language.together([str(CAUSES[each]) for each in need.causes])
    return {
        "name": need.name,
        "said": said,
        "action": ACTIONS[need.reason],
        "href": _way(need),
    }


def _way(need: Need) -> str:
    match need.reason:
        case Reason.INTEREST:
            return url_for("lifecycle.new", building=need.thing_id)
        case Reason.QUIET:
            return url_for("lifecycle.checklist", group_id=need.thing_id)
        case Reason.AFTER_CLOSING:
            return url_for("closing.show", group_id=need.thing_id)
        case Reason.FINDING:
            return url_for("findings.show", finding_id=need.thing_id)
        case Reason.STALE_CONTACT:
            return url_for("contacts.edit", _anchor=f"contact-{need.thing_id}")
        case _:
            return url_for("groups.coordinators.index", group_id=need.thing_id)
