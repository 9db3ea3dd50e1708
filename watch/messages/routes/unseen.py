"""Pages where officers write to people whom they do not see, and stop what waits.

They write to those interested in a building, or to the members of a group whose coordinators nobody reaches.
Both take the same steps; the address of each step depends on the place.
"""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import tokens
from watch.access import current_person, public, requires
from watch.bands import banded, banded_part, roughly, tells_number, tells_part
from watch.groups.queries.pages import facts_of, flats_in
from watch.interest.queries import interested_in
from watch.messages import service
from watch.messages.errors import AlreadyStopped, NothingWaits
from watch.messages.forms import WriteUnseenForm
from watch.messages.labels import office_name
from watch.messages.queries import unseen as queries
from watch.messages.routes.blueprint import bp
from watch.messages.routes.sending import NOT_SENT, sent
from watch.models import Building, Group, Purpose
from watch.notices.queries import officer_in
from watch.permissions import Permission
from watch.saving import Explanations, saving
from watch.web import ViewAnswer

Place = Building | Group
NOT_STOPPED: Explanations = {
    AlreadyStopped: _l("Mejlen som väntade är redan stoppade."),
    NothingWaits: _l("Inget går att stoppa: alla mejl har redan gått iväg eller är på väg just nu."),
}


@bp.get("/buildings/<int:building_id>/messages")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def ask_interested(building: Building) -> ViewAnswer:
    """Show an officer the form for the people interested in a building, whom they do not see."""
    return _interested_page(building, WriteUnseenForm(None))


@bp.post("/buildings/<int:building_id>/messages/preview")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def preview_interested(building: Building) -> ViewAnswer:
    form = WriteUnseenForm()
    if not _may_be_sent(form, building):
        return _interested_page(building, form), 200 if _goes_back() else 422
    return render_template("messages/preview_interested.html", **_preview(building, form))


@bp.post("/buildings/<int:building_id>/messages")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def write_interested(building: Building) -> ViewAnswer:
    form = WriteUnseenForm()
    text, key, by = form.text.data, form.key, current_person()
    told = _("Skickat till dem som är intresserade.")
    if form.validate() and sent(
        form, told, lambda: service.write_to_interested(building, text, by=by, form_key=key)
    ):
        return redirect(_ask_url(building), 303)
    return _interested_page(building, form), 422


def _interested_page(building: Building, form: WriteUnseenForm) -> str:
    interest, flats = interested_in(building), flats_in(building)
    return render_template(
        "messages/ask_interested.html", building=building, form=form,
        written=queries.written_unseen(building), interested=banded(interest.count, flats),
        could_coordinate=banded_part(interest.could_coordinate, interest.count, flats),
        somebody=queries.somebody_reads(building),
    )  # fmt: skip


@bp.get("/groups/<int:group_id>/messages/members")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def ask_members(group: Group) -> ViewAnswer:
    """Show an officer the form for the members of a group without coordinator, whom they do not see."""
    return _members_page(group, WriteUnseenForm(None))


@bp.post("/groups/<int:group_id>/messages/members/preview")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def preview_members(group: Group) -> ViewAnswer:
    form = WriteUnseenForm()
    if not _may_be_sent(form, group):
        return _members_page(group, form), 200 if _goes_back() else 422
    return render_template("messages/preview_members.html", **_preview(group, form))


@bp.post("/groups/<int:group_id>/messages/members")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def write_members(group: Group) -> ViewAnswer:
    form = WriteUnseenForm()
    text, key, by = form.text.data, form.key, current_person()
    told = _("Skickat till dem som är med och vill ha meddelanden.")
    if form.validate() and sent(
        form, told, lambda: service.write_to_members(group, text, by=by, form_key=key)
    ):
        return redirect(_ask_url(group), 303)
    return _members_page(group, form), 422


def _members_page(group: Group, form: WriteUnseenForm) -> str:
    flats = group.flats_told(facts_of(group).flats)
    return render_template(
        "messages/ask_members.html", group=group, form=form, written=queries.written_unseen(group),
        is_closed=queries.is_closed(group), is_reached=queries.is_reached(group),
        somebody=queries.somebody_reads(group),
        flats=flats, count=banded(group.counted_taking_part, flats),
    )  # fmt: skip


def _goes_back() -> bool:
    return bool(request.form.get("back"))


def _may_be_sent(form: WriteUnseenForm, to: Place) -> bool:
    """Return True if the text may be shown as it will be sent. If a rule forbids it, say why at the field."""
    if _goes_back() or not form.validate():
        return False
    try:
        service.demand_unseen_readers(to)
    except tuple(NOT_SENT) as refused:
        form.text.errors = (NOT_SENT[type(refused)],)
        return False
    return True


def _preview(to: Place, form: WriteUnseenForm) -> dict[str, object]:
    """Return what the preview shows. The form's address is where it is sent, and the preview's lies below."""
    area = to.property.area if isinstance(to, Building) else to.area
    return {
        "place": to, "area": area, "form": form, "hidden": form.typed(), "number": _number(to),
        "sender": office_name(area, officer_in(area, current_person())), "ask_url": _ask_url(to),
    }  # fmt: skip


def _number(to: Place) -> int | None:
    """Return how many get it as officers may know it: None where they are few, or nearly everybody.

    Beside the members stands how many households take part, so fewer than five must not be left over.
    """
    readers = queries.readers_unseen(to)
    if isinstance(to, Building):
        is_told = tells_number(readers, flats_in(to))
    else:
        is_told = tells_part(readers, to.counted_taking_part, to.flats_told(facts_of(to).flats))
    return readers if is_told else None


def _ask_url(to: Place) -> str:
    if isinstance(to, Building):
        return url_for(".ask_interested", building_id=to.id)
    return url_for(".ask_members", group_id=to.id)


@bp.post("/buildings/<int:building_id>/messages/<int:message_id>/stop")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def stop_interested(building: Building, message_id: int) -> Response:
    return _stop(building, message_id)


@bp.post("/groups/<int:group_id>/messages/members/<int:message_id>/stop")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def stop_members(group: Group, message_id: int) -> Response:
    return _stop(group, message_id)


def _stop(to: Place, message_id: int) -> Response:
    """Stop the mails of a message that wait, and say how many; roughly, as officers see numbers."""
    message = next(
        (each.message for each in queries.written_unseen(to) if each.message.id == message_id), None
    )
    if message is None:
        abort(404)
    with saving(already=NOT_STOPPED) as saved:
        stopped = service.stop_sending(message, by=current_person())
    if saved:
        flash(_("Stoppade mejl: %(number)s.", number=roughly(stopped)), "done")
    return redirect(_ask_url(to), 303)


@bp.get("/messages/interest/<token>")
@public
def open_interest(token: str) -> Response:
    """Lead from an officer's mail to the page where the reader can tell their name, or withdraw."""
    interest = service.interest_of_message(token)
    link = tokens.make(Purpose.CONFIRM_INTEREST, interest)
    return redirect(url_for("interest.open_link", token=link))
