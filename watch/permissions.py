"""Who may what: the roles that have a permission, and what else it depends on (permissions.md)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from watch.models import OFFICERS_OWN, MeetingAudience, Model
from watch.positions import is_of_area
from watch.relations import Role


class Permission(Enum):
    """What a person may be allowed to do."""

    SEE_GROUP = auto()
    SEE_HOUSE = auto()
    SEE_MEMBERS = auto()
    SEE_CONTACT_DETAILS = auto()
    MANAGE_HOUSEHOLDS = auto()
    DECIDE_REQUESTS = auto()
    INVITE = auto()
    SEE_INVITATION_ADDRESS = auto()
    CORRECT_INVITATION = auto()
    PRINT_POSTERS = auto()
    RENEW_POSTERS = auto()
    PRINT_LETTERS = auto()
    FETCH_PACK = auto()
    CALL_MEETINGS = auto()
    SEE_MEETING = auto()
    MANAGE_MEETINGS = auto()
    CALL_AREA_MEETINGS = auto()
    ANSWER_JOINT_MEETING = auto()
    HAND_OUT_CALLS = auto()
    COUNT_AT_DOOR = auto()
    SEND_GROUP_NOTICES = auto()
    SEND_AREA_NOTICES = auto()
    SEE_NOTICE_REPORT = auto()
    STOP_NOTICES = auto()
    SEE_COORDINATORS = auto()
    SEE_COORDINATOR_DETAILS = auto()
    APPOINT_COORDINATORS = auto()
    APPOINT_LEAD = auto()
    END_APPOINTMENT = auto()
    SEE_AREA = auto()
    START_GROUPS = auto()
    SEE_LIFECYCLE = auto()
    CHANGE_GROUP_STATE = auto()
    EDIT_CONTACTS = auto()
    EDIT_GROUP_CONTACTS = auto()
    WRITE_UNSEEN = auto()
    TAKE_BACK_WRITERS = auto()
    SEE_FINDING = auto()
    MANAGE_FINDINGS = auto()
    REPORT_ON_FINDING = auto()
    KEEP_OUTREACH = auto()
    KEEP_PROMISES = auto()
    WRITE_REPORTS = auto()
    SEE_AUDIT = auto()
    KEEP_REGISTERS = auto()
    SEE_OWN_PROPERTIES = auto()


_GROUP = frozenset({Role.MEMBER, Role.COORDINATOR, Role.LEAD})
_COORDINATORS, _LEAD = frozenset({Role.COORDINATOR, Role.LEAD}), frozenset({Role.LEAD})
_OFFICER, _OWNER, _PARTNER = (frozenset({role}) for role in (Role.OFFICER, Role.OWNER, Role.PARTNER))
_GUEST_COORDINATORS, _INVITED = frozenset({Role.GUEST_COORDINATOR}), frozenset({Role.INVITED_COORDINATOR})

MAY: dict[Permission, frozenset[Role]] = {
    Permission.SEE_GROUP: _GROUP | _OFFICER,
    Permission.SEE_HOUSE: _COORDINATORS,
    Permission.SEE_MEMBERS: _COORDINATORS,
    Permission.SEE_CONTACT_DETAILS: _COORDINATORS,
    Permission.MANAGE_HOUSEHOLDS: _COORDINATORS,
    Permission.DECIDE_REQUESTS: _COORDINATORS | _OWNER,
    Permission.INVITE: _COORDINATORS | _OWNER,
    Permission.SEE_INVITATION_ADDRESS: _COORDINATORS | _OWNER,
    Permission.CORRECT_INVITATION: _COORDINATORS | _OWNER,
    Permission.PRINT_POSTERS: _COORDINATORS | _OFFICER,
    Permission.RENEW_POSTERS: _COORDINATORS,
    Permission.PRINT_LETTERS: _COORDINATORS | _OFFICER,
    Permission.FETCH_PACK: _COORDINATORS | _OFFICER,
    Permission.CALL_MEETINGS: _COORDINATORS,
    Permission.SEE_MEETING: _GROUP | _OFFICER | _INVITED | {Role.GUEST},
    Permission.MANAGE_MEETINGS: _COORDINATORS | _OWNER | _OFFICER,
    Permission.CALL_AREA_MEETINGS: _OFFICER,
    Permission.ANSWER_JOINT_MEETING: _INVITED,
    Permission.HAND_OUT_CALLS: _COORDINATORS | _OWNER | _GUEST_COORDINATORS | _INVITED,
    Permission.COUNT_AT_DOOR: _COORDINATORS | _OWNER | _OFFICER | _GUEST_COORDINATORS,
    Permission.SEND_GROUP_NOTICES: _COORDINATORS,
    Permission.SEND_AREA_NOTICES: _OFFICER,
    Permission.SEE_NOTICE_REPORT: _COORDINATORS | _OFFICER | _OWNER,
    Permission.STOP_NOTICES: _LEAD | _OFFICER | _OWNER,
    Permission.SEE_COORDINATORS: _GROUP | _OFFICER,
    Permission.SEE_COORDINATOR_DETAILS: _COORDINATORS | _OFFICER,
    Permission.APPOINT_COORDINATORS: _LEAD,
    Permission.APPOINT_LEAD: _OFFICER,
    Permission.END_APPOINTMENT: _GROUP | _OFFICER,
    Permission.SEE_AREA: _OFFICER,
    Permission.START_GROUPS: _OFFICER,
    Permission.SEE_LIFECYCLE: _LEAD | _OFFICER,
    Permission.CHANGE_GROUP_STATE: _OFFICER,
    Permission.EDIT_CONTACTS: _OFFICER,
    Permission.EDIT_GROUP_CONTACTS: _COORDINATORS,
    Permission.WRITE_UNSEEN: _OFFICER,
    Permission.TAKE_BACK_WRITERS: _COORDINATORS,
    Permission.SEE_FINDING: _GROUP | _OFFICER | {Role.GUEST},
    Permission.MANAGE_FINDINGS: _COORDINATORS | _OFFICER,
    Permission.REPORT_ON_FINDING: _COORDINATORS | _OFFICER,
    Permission.KEEP_OUTREACH: _OFFICER,
    Permission.KEEP_PROMISES: _OFFICER,
    Permission.WRITE_REPORTS: _OFFICER,
    Permission.SEE_AUDIT: _COORDINATORS | _OFFICER,
    Permission.KEEP_REGISTERS: _OFFICER,
    Permission.SEE_OWN_PROPERTIES: _PARTNER,
}

# Further conditions beside the role: called with the thing, the person's id and their roles to the thing.
ONLY: dict[Permission, Callable[[Any, int | None, frozenset[Role]], bool]] = {
    Permission.SEE_MEETING: lambda met, me, roles: bool(
        met.audience is not MeetingAudience.COORDINATORS or (_OFFICER | _GUEST_COORDINATORS) & roles
    ),
    Permission.MANAGE_MEETINGS: lambda met, me, roles: bool(met.area_id or (_COORDINATORS | _OWNER) & roles),
    Permission.COUNT_AT_DOOR: lambda met, me, roles: bool(
        (_COORDINATORS | _OWNER) & roles
        or (met.area_id and _OFFICER & roles)
        or (met.audience is MeetingAudience.PARTS and _GUEST_COORDINATORS & roles)
    ),
    Permission.SEE_INVITATION_ADDRESS: lambda sent, me, roles: Role.LEAD in roles or sent.by_id == me,
    Permission.CORRECT_INVITATION: lambda sent, me, roles: sent.by_id == me,
    Permission.FETCH_PACK: lambda pack, me, roles: pack.by_id == me,  # a pack reveals which flats were chosen
    Permission.SEE_COORDINATOR_DETAILS: lambda appointment, me, roles: (
        appointment.is_current and (bool(_COORDINATORS & roles) or appointment.officers_see_details)
    ),
    Permission.MANAGE_FINDINGS: lambda where, me, roles: bool(_COORDINATORS & roles) or is_of_area(where),
    Permission.REPORT_ON_FINDING: lambda finding, me, roles: (
        bool(_COORDINATORS & roles) or is_of_area(finding) or finding.owner in OFFICERS_OWN
    ),
    Permission.END_APPOINTMENT: lambda appointment, me, roles: (
        Role.LEAD in roles or appointment.person_id == me or (appointment.is_lead and Role.OFFICER in roles)
    ),
}


def allows(permission: Permission, thing: Model, person_id: int | None, roles: frozenset[Role]) -> bool:
    """Return True if somebody with these roles to a thing has the permission."""
    only = ONLY.get(permission)
    return bool(MAY[permission] & roles) and (only is None or only(thing, person_id, roles))
