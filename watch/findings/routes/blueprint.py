"""The blueprint of findings, with what other features' pages and mails show of them."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch.access import can, current_relations
from watch.findings import queries
from watch.findings.labels import OWNERS, SPOTS, STATUS_KINDS, STATUSES, where_in_area, where_of
from watch.language import local
from watch.models import Finding, FindingOwner, FindingStatus, Group, Meeting, Spot, utcnow
from watch.permissions import Permission

bp = Blueprint("findings", __name__)
bp.add_app_template_filter(where_of, "finding_where")
bp.add_app_template_filter(where_in_area, "finding_where_in_area")


@bp.app_template_filter("spot")
def spot(place: Spot) -> LazyString:
    return SPOTS[place]


@bp.app_template_filter("finding_owner")
def finding_owner(owner: FindingOwner) -> LazyString:
    return OWNERS[owner]


@bp.app_template_filter("finding_status")
def finding_status(status: FindingStatus) -> LazyString:
    return STATUSES[status]


@bp.app_template_filter("finding_status_kind")
def finding_status_kind(status: FindingStatus) -> str:
    return STATUS_KINDS[status]


@bp.app_template_filter("finding_overdue")
def finding_overdue(finding: Finding) -> bool:
    """Return True if the day has passed on which it should have been done, and it is not."""
    return finding.due_on is not None and finding.due_on < local(utcnow()).date() and not finding.is_closed


@bp.app_template_global("findings_left")
def findings_left(meeting: Meeting) -> list[Finding]:
    """Return what is still to be mended where a meeting, saved or not, is for. It stands in its agenda."""
    return queries.findings_left(meeting)


@bp.app_template_global("findings_left_in")
def findings_left_in(group: Group) -> list[Finding]:
    return queries.findings_left_in(group)


@bp.app_template_global("findings_of_meeting")
def findings_of_meeting(meeting: Meeting) -> list[Finding]:
    return queries.findings_of_meeting(meeting)


@bp.app_template_global("latest_outcomes")
def latest_outcomes(group: Group) -> list[Finding]:
    return queries.latest_outcomes(group)


def to_finding(finding: Finding) -> Response:
    return redirect(url_for("findings.show", finding_id=finding.id), 303)


def crumbs_of(finding: Finding) -> list[tuple[str, str]]:
    """Return the way to a finding from its group, from its area for officers, or from the reader's group."""
    area = finding.area
    if area and can(Permission.SEE_AREA, area):
        here = url_for("findings.area_index", slug=area.slug)
        return [(area.name, url_for("followup.area", slug=area.slug)), (_("Åtgärder"), here)]
    relations = current_relations()
    group = finding.group or queries.group_among(
        relations.member_of | relations.leads | set(relations.coordinates), area
    )
    here = url_for("findings.index", group_id=group.id)
    return [(group.name, url_for("groups.show", group_id=group.id)), (_("Åtgärder"), here)]
