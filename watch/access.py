"""Lets a reader reach an endpoint, or not. Everything is denied until it is declared.

Roles come from relations (member or coordinator of a group, officer of an area, partner), never from a flag
on a person. An endpoint declares `@public`, `@signed_in` or `@requires(Permission.X)`; one that declares
nothing cannot be reached. A person who may not know that a thing exists gets 404, one who may gets 403.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, abort, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from watch import made_for
from watch.models import (
    Group,
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
from watch.permissions import MAY, Permission, allows
from watch.positions import Position, is_draft, position_of
from watch.relations import Relations, Role, relations_of
from watch.things import first_model, load

P = ParamSpec("P")
R = TypeVar("R")


# Answer 404, not 403, for these: their ids would reveal how many members there are.
TELL_WHO_TAKES_PART = (Household, Invitation, JoinRequest, Visit, LetterPack, Membership)


def may(person: Person, permission: Permission, thing: Model) -> bool:
    """Return True if the person may do this to that thing."""
    return _allows(permission, thing, relations_of(person), position_of(thing))


def _allows(permission: Permission, thing: Model, relations: Relations, position: Position) -> bool:
    roles = relations.roles(position)
    return not is_draft(thing) and allows(permission, thing, relations.person_id, roles)


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
            asked_id = url.get(f"{argument}_id")
            _demand(permission, thing := load(model, argument, url))
            if isinstance(thing, Group) and thing.id != asked_id:
                return _go_to_merged(thing, url)
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


def _go_to_merged(group: Group, url: dict[str, Any]) -> Response:
    """Send whoever asked for a group that was merged into this one to the same page of this one.

    A form was filled in for another group, so its answer does nothing.
    """
    if request.method in {"GET", "HEAD"} and request.endpoint:
        there, asked = url_for(request.endpoint, group_id=group.id, **url), request.query_string.decode()
        return redirect(f"{there}?{asked}" if asked else there)
    flash(
        _("Gruppen har slagits ihop med den här. Det du skickade är inte sparat: gör det igen här."), "warn"
    )
    return redirect(url_for("groups.show", group_id=group.id), 303)


def _demand_anywhere(permission: Permission) -> None:
    roles, of = MAY[permission], current_relations()
    if not ((Role.OFFICER in roles and of.officer_of) or (Role.PARTNER in roles and of.partner_of)):
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
