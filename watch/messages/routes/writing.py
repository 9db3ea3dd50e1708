"""Pages for writing to a group's coordinators, and for answering by the link of the mail."""

from __future__ import annotations

from flask import abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from watch import language, tokens
from watch.access import current_person, current_relations, public, signed_in
from watch.extensions import db
from watch.limits import limit_network
from watch.messages import queries, service
from watch.messages.forms import AnswerMessageForm, WriteMessageForm
from watch.messages.routes.blueprint import bp
from watch.messages.routes.sending import sent
from watch.models import ContactMessage, Group, Person, Purpose
from watch.relations import position_of
from watch.web import ViewAnswer, leave_trace, sent_to


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
    if sent(form, told, lambda: service.write_to_coordinators(group, to, text, by=by, form_key=key)):
        return redirect(url_for(".index", group_id=group.id), 303)
    return _index(group, form), 422


@bp.get("/messages/<token>")
@public
def read(token: str) -> ViewAnswer:
    """Show one message to the person it was mailed to, without signing in."""
    message, reader = _mailed(token)
    return _read_page(token, message, reader, AnswerMessageForm(None))


def _mailed(token: str) -> tuple[ContactMessage, Person]:
    """Return the message of a mailed link and its reader, and use their language."""
    message, reader = service.message_to_answer(token)
    language.follow_letter(reader.language)
    sent_to(person_id=reader.id)
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
    if sent(form, _("Ditt svar är skickat."), lambda: service.answer(message, text, by=reader, form_key=key)):
        return redirect(url_for(".read", token=token), 303)
    return _read_page(token, message, reader, form), 422
