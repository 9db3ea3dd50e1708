"""Pages for writing to a group's coordinators, and for answering by the link of the mail."""

from __future__ import annotations

from flask import abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language, tokens
from watch.access import current_person, current_relations, public, reader_signed_in, requires, signed_in
from watch.extensions import db, login_manager
from watch.limits import limit_network
from watch.messages import service
from watch.messages.errors import WriterCoordinates
from watch.messages.forms import AnswerMessageForm, WriteMessageForm
from watch.messages.queries import writing as queries
from watch.messages.routes.blueprint import bp
from watch.messages.routes.sending import sent
from watch.models import ContactMessage, Group, MessageAudience, Person, Purpose, StoppedWriter
from watch.permissions import Permission
from watch.positions import position_of
from watch.saving import saving
from watch.sure import is_sure
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
    stopped = _stopped(group) if coordinates else []
    if received or stopped:
        leave_trace("messages-seen", about=group)
    return render_template(
        "messages/index.html", group=group, form=form, readers=queries.readers_for(person, group),
        sent=queries.sent_by(person, group), stopped=stopped, is_stopped=queries.is_stopped(person, group),
        received=[
            (message, tokens.make(Purpose.REPLY, row), is_answered)
            for message, row, is_answered in received
        ],
    )  # fmt: skip


def _stopped(group: Group) -> list[tuple[StoppedWriter, str | None]]:
    """Return whose messages are not taken, by name if the reader works with their stairwell."""
    own = current_relations().stairwells_in(group)
    return [
        (each, each.person.name if own is None or home in own else None)
        for each, home in queries.stopped_writers(group)
    ]


@bp.post("/groups/<int:group_id>/messages")
@signed_in
def write(group_id: int) -> ViewAnswer:
    group, form = _group(group_id), WriteMessageForm()
    readers = queries.readers_for(current_person(), group)
    to = readers.everybody if form.to.data == "all" or not readers.near else readers.near
    if not form.validate():
        return _index(group, form), 422
    told = ngettext("Skickat till %(num)d kontaktombud.", "Skickat till %(num)d kontaktombud.", len(to))
    text, key, by = form.text.data, form.key, current_person()
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
    message, reader = service.message_to_answer(token, reader_signed_in())
    language.follow_letter(reader.language)
    sent_to(person_id=reader.id)
    return message, reader


def _read_page(token: str, message: ContactMessage, reader: Person, form: AnswerMessageForm) -> str:
    leave_trace("message-seen", about=message, group=message.group, by=reader)
    return render_template(
        "messages/read.html", token=token, message=message, form=form,
        answers=queries.answers_by(reader, message), reader=reader, is_stopped=_is_stopped(message, reader),
        may_stop=queries.may_be_stopped(message), speaks=_speaks_here(message, reader),
    )  # fmt: skip


def _speaks_here(message: ContactMessage, reader: Person) -> bool:
    """Return True if this browser may answer in the reader's name.

    A neighbour answers for themselves by the mail alone. A coordinator speaks for the group and must be
    signed in, because the mail may have been forwarded, or lie on a phone that was lost.
    """
    return message.audience is MessageAudience.MEMBER or reader_signed_in() == reader


def _ask_to_sign_in() -> Response:
    """Ask to sign in on a page that keeps what was typed."""
    answer: Response = login_manager.unauthorized()
    return answer


@bp.post("/messages/<token>")
@public
@limit_network("60 per hour")
def answer(token: str) -> ViewAnswer:
    message, reader = _mailed(token)
    if not _speaks_here(message, reader):
        return _ask_to_sign_in()
    form = AnswerMessageForm()
    if not form.validate():
        return _read_page(token, message, reader, form), 422
    text, key = form.text.data, form.key
    if sent(form, _("Ditt svar är skickat."), lambda: service.answer(message, text, by=reader, form_key=key)):
        return redirect(url_for(".read", token=token), 303)
    return _read_page(token, message, reader, form), 422


def _is_stopped(message: ContactMessage, reader: Person) -> bool:
    """Return True if the neighbour in a correspondence, who reads or has written, is stopped."""
    assert message.group is not None
    neighbour = reader if message.audience is MessageAudience.MEMBER else message.sender
    return queries.is_stopped(neighbour, message.group)


@bp.post("/messages/<token>/stop-writer")
@public
@limit_network("60 per hour")
def stop_writer(token: str) -> Response:
    """Take no more messages from the writer: for all coordinators of the group, until one takes it back."""
    message, reader = _mailed(token)
    if not _speaks_here(message, reader):
        return _ask_to_sign_in()
    if is_sure():
        with saving(
            _("Ni får inga fler meddelanden från den här grannen."),
            unless={WriterCoordinates: _("Det går bara att säga nej till grannar, inte till kontaktombud.")},
        ):
            service.stop_writer(message, by=reader)
    return redirect(url_for(".read", token=token), 303)


@bp.post("/groups/<int:group_id>/messages/writers/<int:stopped_id>/take-back")
@requires(Permission.TAKE_BACK_WRITERS)
def take_back_writer(group: Group, stopped_id: int) -> Response:
    stopped = db.session.get(StoppedWriter, stopped_id)
    if stopped is not None and stopped.group_id != group.id:
        abort(404)
    with saving(_("Grannen kan skriva till er igen.")):
        if stopped is not None:  # else somebody was quicker
            service.take_back_writer(stopped, group, by=current_person())
    return redirect(url_for(".index", group_id=group.id), 303)
