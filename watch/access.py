"""Who may do what. Everything is denied until this file allows it.

Roles come from relations (member or coordinator of a group, officer of an area, partner), never from a flag
on a person. An endpoint declares `@public`, `@signed_in` or `@requires(Permission.X)`; one that declares
nothing cannot be reached. A person who may not know that a thing exists gets 404, one who may gets 403.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from enum import Enum, auto
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort, current_app, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from watch import made_for
from watch.models import (
    OFFICERS_OWN,
    Household,
    Invitation,
    JoinRequest,
    LetterPack,
    Meeting,
    MeetingAudience,
    Membership,
    Model,
    Person,
    Visit,
)
from watch.positions import Position, is_draft, is_of_area, position_of
from watch.relations import Relations, Role, relations_of
from watch.things import first_model, load

P = ParamSpec("P")
R = TypeVar("R")


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


# Answer 404, not 403, for these: their ids would reveal how many members there are.
TELL_WHO_TAKES_PART = (Household, Invitation, JoinRequest, Visit, LetterPack, Membership)

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
    **dict.fromkeys((Permission.SEE_AREA, Permission.START_GROUPS, Permission.KEEP_REGISTERS), _OFFICER),
    Permission.SEE_LIFECYCLE: _LEAD | _OFFICER,
    Permission.EDIT_CONTACTS: _OFFICER,
    Permission.EDIT_GROUP_CONTACTS: _COORDINATORS,
    Permission.TAKE_BACK_WRITERS: _COORDINATORS,
    Permission.SEE_FINDING: _GROUP | _OFFICER | {Role.GUEST},
    Permission.MANAGE_FINDINGS: _COORDINATORS | _OFFICER,
    Permission.REPORT_ON_FINDING: _COORDINATORS | _OFFICER,
    **dict.fromkeys((Permission.KEEP_OUTREACH, Permission.KEEP_PROMISES, Permission.WRITE_REPORTS), _OFFICER),
    **dict.fromkeys((Permission.CHANGE_GROUP_STATE, Permission.WRITE_UNSEEN), _OFFICER),
    Permission.SEE_AUDIT: _COORDINATORS | _OFFICER,
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


def may(person: Person, permission: Permission, thing: Model) -> bool:
    """Return True if the person may do this to that thing."""
    return _allows(permission, thing, relations_of(person), position_of(thing))


def _allows(permission: Permission, thing: Model, relations: Relations, position: Position) -> bool:
    if is_draft(thing):
        return False
    roles, only = relations.roles(position), ONLY.get(permission)
    return bool(MAY[permission] & roles) and (only is None or only(thing, relations.person_id, roles))


def current_person() -> Person:
    """Return the signed-in person. Call it only in endpoints that require a sign-in."""
    person: Person = current_user.person
    return person


def reader_signed_in() -> Person | None:
    """Return the signed-in person, or None for a stranger."""
    return current_user.person if current_user.is_authenticated else None


def current_relations() -> Relations:
    """Return the relations of the signed-in person; empty ones for a stranger."""
    if "relations" not in g:
        g.relations = relations_of(current_user.person) if current_user.is_authenticated else Relations()
    found: Relations = g.relations
    return found


def can(permission: Permission, thing: Model) -> bool:
    """Return True if the reader of the page may do this. Templates use it to leave out buttons."""
    return _allows(permission, thing, current_relations(), position_of(thing))


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let anybody reach the view, which checks any link or code itself."""
    view.access = "public"  # type: ignore[attr-defined]  # the mark that deny_by_default looks for
    return view


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Let anybody who is signed in reach the view."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        made_for.demand_reader()
        return view(*args, **kwargs)

    guarded.access = "signed in"  # type: ignore[attr-defined]  # the mark that deny_by_default looks for
    return guarded


def requires(
    permission: Permission, *, second_factor: bool = False
) -> Callable[[Callable[..., R]], Callable[..., Any]]:
    """Let those reach the view who may do this to the thing that is its first argument.

    `def show(group: Group)` under `/groups/<int:group_id>` gets the group itself; an area is found by its
    slug. A view without a model argument is open to whoever has the permission anywhere.
    """

    def declare(view: Callable[..., R]) -> Callable[..., Any]:
        model, argument = first_model(view)

        @wraps(view)
        def guarded(**url: Any) -> Any:
            if not current_user.is_authenticated:
                return _ask_to_sign_in()
            made_for.demand_reader()
            if model is None:
                _demand_anywhere(permission)
                return view(**url)
            _demand(permission, thing := load(model, argument, url))
            return view(thing, **url)

        guarded.access = permission  # type: ignore[attr-defined]  # the mark that deny_by_default looks for
        guarded.second_factor = second_factor  # type: ignore[attr-defined]  # enforced with second factors
        return guarded

    return declare


def _demand(permission: Permission, thing: Model) -> None:
    g.position = position = position_of(thing)
    relations = current_relations()
    if not _allows(permission, thing, relations, position):
        is_secret = isinstance(thing, TELL_WHO_TAKES_PART) or not _may_know_of(thing, relations, position)
        abort(404 if is_secret else 403)


def _may_know_of(thing: Model, relations: Relations, position: Position) -> bool:
    """Return True if the person may know that the thing exists; of coordinators' meetings no member does."""
    if isinstance(thing, Meeting) and thing.audience is MeetingAudience.COORDINATORS:
        return _allows(Permission.SEE_MEETING, thing, relations, position)
    return relations.knows_of(position) and not is_draft(thing)


def _demand_anywhere(permission: Permission) -> None:
    roles, of = MAY[permission], current_relations()
    if not ((roles >= _OFFICER and of.officer_of) or (roles >= _PARTNER and of.partner_of)):
        abort(403)


def _ask_to_sign_in() -> Response:
    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined,no-any-return]  # by Flask-Login


def init_app(app: Flask) -> None:
    """Refuse every endpoint that declares no access, and give templates `can`."""

    @app.before_request
    def deny_by_default() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is not None and request.endpoint != "static" and not hasattr(view, "access"):
            abort(403)

    app.jinja_env.globals.update(can=can, Permission=Permission)


def undeclared(app: Flask) -> Collection[str]:
    """Return the endpoints that declare no access. A test fails if there are any."""
    return [n for n, view in app.view_functions.items() if n != "static" and not hasattr(view, "access")]


def say_what_is_missing(app: Flask) -> None:
    """Warn at start that pages want a second factor, which does not exist yet (permissions.md)."""
    wanting = sum(getattr(view, "second_factor", False) for view in app.view_functions.values())
    app.logger.warning("There is no second factor yet: %d pages that want one need a mailed link.", wanting)
