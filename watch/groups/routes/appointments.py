"""Pages behind the mailed link by which somebody is asked to coordinate: accept, or say no."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language, tokens
from watch.access import public, reader_signed_in
from watch.accounts.errors import OfficerNeverCoordinates
from watch.groups.errors import AlreadyAccepted
from watch.groups.forms import AcceptAppointmentForm
from watch.groups.labels import OFFICERS_NEVER_COORDINATE
from watch.groups.queries import members
from watch.groups.queries.flats import stairwells_of_group
from watch.groups.routes.coordinators import THANKS_FOR_NO, bp
from watch.groups.service import contact_details
from watch.groups.service import coordinators as coordinators_service
from watch.groups.service import members as members_service
from watch.limits import limit_network
from watch.models import Coordinator, Purpose
from watch.saving import saving
from watch.sure import is_sure
from watch.web import ViewAnswer, is_anothers_mail, sent_to


@bp.get("/appointment/<token>")
@public
def open_appointment(token: str) -> ViewAnswer:
    coordinator = _appointment(token)
    return _appointment_page(coordinator, _acceptance(coordinator, filled=False), token)


@bp.post("/appointment/<token>")
@public
@limit_network("30 per hour")
def accept(token: str) -> ViewAnswer:
    """Accept the appointment; the coordinator becomes a member too."""
    coordinator = _appointment(token)
    form = _acceptance(coordinator, filled=True)
    if not form.validate():
        return _appointment_page(coordinator, form, token), 422
    with saving(unless={OfficerNeverCoordinates: OFFICERS_NEVER_COORDINATE}) as accepted:
        coordinators_service.accept_appointment(coordinator, form.name.data if form.needs_name else None)
        coordinator.person.language = form.language.data
        contact_details.show_to_neighbours(
            coordinator.person, name=form.shows_name.data, email=form.shows_email.data,
            phone=form.shows_phone.data, number=form.phone.data,
        )  # fmt: skip
        members_service.take_part(coordinator, stairwell=form.chosen_stairwell, flat=form.chosen_flat)
    if not accepted:
        return redirect(url_for(".open_appointment", token=token), 303)
    language.follow_letter(form.language.data)  # the pages that follow are in the language just chosen
    flash(_("Tack! Du är nu kontaktombud. Logga in med din e-postadress för att se huset."), "done")
    return _to_login()


def _to_login() -> Response:
    return redirect(url_for("accounts.login", other="yes" if is_anothers_mail() else None), 303)


@bp.post("/appointment/<token>/decline")
@public
@limit_network("30 per hour")
def decline(token: str) -> Response:
    coordinator = _asked(token)
    if not is_sure():
        return redirect(url_for(".open_appointment", token=token), 303)
    with saving(THANKS_FOR_NO):
        coordinators_service.decline_appointment(coordinator)
    return redirect(url_for("places.front"), 303)


@bp.errorhandler(AlreadyAccepted)
def already_accepted(_error: AlreadyAccepted) -> Response:
    """Say that they have accepted before. It is no secret, because the reader owns the mailbox."""
    if reader_signed_in() is not None and not is_anothers_mail():
        flash(_("Du har redan tackat ja."), "info")
        return redirect(url_for("groups.mine"), 303)
    flash(_("Du har redan tackat ja. Logga in."), "info")
    return _to_login()


def _asked(token: str) -> Coordinator:
    coordinator = tokens.row_of(Purpose.APPOINTMENT, Coordinator, token)
    language.follow_letter(coordinator.person.language)
    sent_to(person_id=coordinator.person_id)
    return coordinator


def _appointment(token: str) -> Coordinator:
    return coordinators_service.waiting_appointment(_asked(token))


def _acceptance(coordinator: Coordinator, *, filled: bool) -> AcceptAppointmentForm:
    person = coordinator.person
    names = ("language", "phone", "shows_name", "shows_email", "shows_phone")
    known = {name: getattr(person, name) for name in names}
    form = AcceptAppointmentForm(data=known) if filled else AcceptAppointmentForm(None, data=known)
    form.prepare(stairwells_of_group(coordinator.group, with_flats=True), needs_name=not person.name)
    return form


def _appointment_page(coordinator: Coordinator, form: AcceptAppointmentForm, token: str) -> str:
    is_member = members.active_membership(coordinator.person, coordinator.group) is not None
    return render_template(
        "groups/coordinators/open_appointment.html",
        coordinator=coordinator,
        form=form,
        token=token,
        is_member=is_member,
    )
