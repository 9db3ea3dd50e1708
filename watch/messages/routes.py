"""Pages for writing to a group's coordinators, and for answering by the link of the mail."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import audit, language, tokens
from watch.access import (
    Permission,
    current_person,
    current_relations,
    public,
    reader_signed_in,
    requires,
    signed_in,
)
from watch.bands import banded
from watch.extensions import db
from watch.fields import SENT_BEFORE
from watch.groups.queries.pages import facts_of, flats_in
from watch.interest.queries import interested_in
from watch.limits import limit_network
from watch.messages import queries, service
from watch.messages.errors import AlreadyWritten, HasCoordinator, NobodyReads, WroteOften
from watch.messages.forms import AnswerMessageForm, WriteMessageForm, WriteUnseenForm
from watch.messages.labels import officer_who_wrote
from watch.models import Building, ContactMessage, Group, Person, Purpose
from watch.relations import position_of
from watch.saving import Explanations
from watch.web import ViewAnswer, leave_trace

bp = Blueprint("messages", __name__)
bp.add_app_template_global(officer_who_wrote)
NOT_SENT: Explanations = {
    WroteOften: _l("Du har skrivit fem gånger det senaste dygnet. Skriv igen i morgon, eller ring."),
    HasCoordinator: _l("Gruppen har ett kontaktombud som går att nå. Ring eller mejla dit."),
    NobodyReads: _l("Det finns ingen att skicka till just nu. Ring i stället."),
}


@bp.get("/groups/<int:group_id>/messages")
@signed_in
def index(group_id: int) -> ViewAnswer:
    """Show the form, and what the reader has written and got in the last 30 days."""
    return _index(_group(group_id), WriteMessageForm(None))


def _group(group_id: int) -> Group:
    """Return the group if the reader may write to its coordinators. An officer has their phone numbers."""
    group = db.session.get(Group, group_id)
    if group is not None and _belongs(group):
        g.position = position_of(group)  # the navigation names this group
        return group
    is_officers = group is not None and group.area_id in current_relations().officer_of
    abort(403 if is_officers else 404)


def _belongs(group: Group) -> bool:
    relations = current_relations()
    is_in_it = group.id in relations.member_of or group.id in relations.coordinates
    return is_in_it or queries.has_left_lately(current_person(), group)


def _index(group: Group, form: WriteMessageForm) -> str:
    person = current_person()
    coordinates = group.id in current_relations().coordinates
    received = queries.received_by(person, group, coordinates=coordinates)
    if received:
        leave_trace("messages-seen", about=group)
    return render_template(
        "messages/index.html", group=group, form=form, readers=queries.readers_for(person, group),
        sent=queries.sent_by(person, group),
        received=[
            (message, tokens.make(Purpose.REPLY, row), is_answered)
            for message, row, is_answered in received
        ],
    )  # fmt: skip


@bp.post("/groups/<int:group_id>/messages")
@signed_in
def write(group_id: int) -> ViewAnswer:
    group, form = _group(group_id), WriteMessageForm()
    readers = queries.readers_for(current_person(), group)
    to = readers.everybody if form.to.data == "all" or not readers.near else readers.near
    if not form.validate():
        return _index(group, form), 422
    told = ngettext("Skickat till %(num)d kontaktombud.", "Skickat till %(num)d kontaktombud.", len(to))
    text, key, by = form.text.data, form.form_key.data, current_person()
    if _sent(form, told, lambda: service.write_to_coordinators(group, to, text, by=by, form_key=key)):
        return redirect(url_for(".index", group_id=group.id), 303)
    return _index(group, form), 422


def _sent(
    form: WriteMessageForm | AnswerMessageForm | WriteUnseenForm,
    told: str,
    send: Callable[[], ContactMessage],
) -> bool:
    """Send, commit and say so. If a rule forbids it, say why at the field, which keeps the text."""
    try:
        message = send()
        if form.about_nobody.is_given:
            audit.note(audit.ABOUT_NOBODY, about=message, by=message.sender, group=message.group)
    except AlreadyWritten as written:
        is_same = written.existing.text == form.text.data
        db.session.rollback()
        if not is_same:
            form.is_another()
            form.text.errors = (SENT_BEFORE,)
            return False
        flash(_("Det är redan skickat."), "info")
    except tuple(NOT_SENT) as refused:
        db.session.rollback()
        form.text.errors = (NOT_SENT[type(refused)],)
        return False
    else:
        db.session.commit()
        flash(told, "done")
    return True


@bp.get("/messages/<token>")
@public
def read(token: str) -> ViewAnswer:
    """Show one message to the person it was mailed to, without signing in."""
    message, reader = _mailed(token)
    return _read_page(token, message, reader, AnswerMessageForm(None))


def _mailed(token: str) -> tuple[ContactMessage, Person]:
    """Return the message of a mailed link and its reader, and use their language."""
    message, reader = service.message_to_answer(token, reader_signed_in())
    language.follow_letter(reader.language)
    return message, reader


def _read_page(token: str, message: ContactMessage, reader: Person, form: AnswerMessageForm) -> str:
    leave_trace("message-seen", about=message, group=message.group, by=reader)
    return render_template(
        "messages/read.html", token=token, message=message, form=form,
        answers=queries.answers_by(reader, message), reader=reader,
    )  # fmt: skip


@bp.post("/messages/<token>")
@public
@limit_network("60 per hour")
def answer(token: str) -> ViewAnswer:
    message, reader = _mailed(token)
    form = AnswerMessageForm()
    if not form.validate():
        return _read_page(token, message, reader, form), 422
    text, key = form.text.data, form.form_key.data
    if _sent(
        form, _("Ditt svar är skickat."), lambda: service.answer(message, text, by=reader, form_key=key)
    ):
        return redirect(url_for(".read", token=token), 303)
    return _read_page(token, message, reader, form), 422


@bp.get("/buildings/<int:building_id>/messages")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def ask_interested(building: Building) -> ViewAnswer:
    """Show an officer the form for the people interested in a building, whom they do not see."""
    return _interested_page(building, WriteUnseenForm(None))


@bp.post("/buildings/<int:building_id>/messages")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def write_interested(building: Building) -> ViewAnswer:
    form = WriteUnseenForm()
    text, key, by = form.text.data, form.form_key.data, current_person()
    told = _("Skickat till dem som är intresserade.")
    if form.validate() and _sent(
        form, told, lambda: service.write_to_interested(building, text, by=by, form_key=key)
    ):
        return redirect(url_for(".ask_interested", building_id=building.id), 303)
    return _interested_page(building, form), 422


def _interested_page(building: Building, form: WriteUnseenForm) -> str:
    interest, flats = interested_in(building), flats_in(building)
    return render_template(
        "messages/ask_interested.html", building=building, form=form,
        written=queries.written_unseen(building), interested=banded(interest.count, flats),
        could_coordinate=banded(interest.could_coordinate, flats),
    )  # fmt: skip


@bp.get("/groups/<int:group_id>/messages/members")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def ask_members(group: Group) -> ViewAnswer:
    """Show an officer the form for the members of a group without coordinator, whom they do not see."""
    return _members_page(group, WriteUnseenForm(None))


@bp.post("/groups/<int:group_id>/messages/members")
@requires(Permission.WRITE_UNSEEN, second_factor=True)
def write_members(group: Group) -> ViewAnswer:
    form = WriteUnseenForm()
    text, key, by = form.text.data, form.form_key.data, current_person()
    told = _("Skickat till dem som är med och vill ha meddelanden.")
    if form.validate() and _sent(
        form, told, lambda: service.write_to_members(group, text, by=by, form_key=key)
    ):
        return redirect(url_for(".ask_members", group_id=group.id), 303)
    return _members_page(group, form), 422


def _members_page(group: Group, form: WriteUnseenForm) -> str:
    flats = facts_of(group).flats
    return render_template(
        "messages/ask_members.html", group=group, form=form, written=queries.written_unseen(group),
        is_reached=queries.is_reached(group), flats=flats, count=banded(group.counted_taking_part, flats),
    )  # fmt: skip


@bp.get("/messages/interest/<token>")
@public
def open_interest(token: str) -> Response:
    """Lead from an officer's mail to the page where the reader can tell their name, or withdraw."""
    interest = service.interest_of_message(token)
    link = tokens.make(Purpose.CONFIRM_INTEREST, interest)
    return redirect(url_for("interest.open_link", token=link))
