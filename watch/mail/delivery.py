"""The worker's round: claim a message's rows, send it, settle them — nothing lost, nothing twice knowingly.

The database is the truth. An attempt is counted before the mail server hears of it; a result is
written right after its answer, on the condition that the lease is still ours.
"""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import update
from sqlalchemy.orm import joinedload

from watch.extensions import db, mail
from watch.mail import queue
from watch.mail.compose import compose
from watch.mail.links import KINDS
from watch.mail.queue import Bunch
from watch.mail.smtp import Connection, Message, NoAnswer
from watch.models import OutboxRow, OutboxState, utcnow

GIVE_UP_AFTER = timedelta(hours=72)
ADDRESS = re.compile(r"\S*@\S*")

log = structlog.get_logger("mail")


@dataclass(frozen=True)
class Result:
    """What the mail server made of a message: where its rows go, and whether the connection still stands."""

    state: OutboxState
    code: int | None = None
    text: str | None = None
    relay_lost: bool = False


def run(is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Send all that is due, over one connection, one message after the other; returns how many were taken.

    Ends early where the mail server fails (rows wait for the next round) or `is_stopping` says so.
    """
    queue.sweep()
    if not queue.is_anything_due():
        return 0
    sent = 0
    with ExitStack() as stack:
        try:
            relay = stack.enter_context(mail.connect())
        except (OSError, smtplib.SMTPException) as down:
            log.warning("relay-down", error=type(down).__name__)
            return 0
        while not is_stopping() and (bunch := queue.claim()):
            result = _deliver(bunch, relay)
            sent += result.state is OutboxState.SENT
            if result.relay_lost:
                break
    return sent


def _deliver(bunch: Bunch, relay: Connection) -> Result:
    """One message: composed, sent, settled. A failing commit ends the round, as it must."""
    message = _compose(bunch)
    if message is None:
        return Result(OutboxState.QUEUED)
    result = _send(message, relay)
    _settle(bunch, **_outcome(bunch, result))
    log.info(
        "message", mailing=bunch.mailing_id, kind=bunch.kind, rows=len(bunch.ids), attempt=bunch.attempts,
        result=result.state.value, code=result.code,
    )  # fmt: skip
    return result


def _compose(bunch: Bunch) -> Message | None:
    """The mail, or None where it cannot be made: a poison row stops nobody else."""
    wanted = queue.rows(bunch).options(joinedload(OutboxRow.mailing), joinedload(OutboxRow.person))
    try:
        rows = db.session.scalars(wanted).all()
        message = compose(rows) if rows else None
    except Exception as broken:  # whatever a template can do wrong
        db.session.rollback()
        log.error("not-rendered", mailing=bunch.mailing_id, kind=bunch.kind, error=type(broken).__name__)
        queue.put_aside(bunch.ids, bunch.lease_token)
        return None
    db.session.rollback()  # nothing was changed; SQLite's write lock is not held while the mail goes out
    return message


def _send(message: Message, relay: Connection) -> Result:
    """The server's answer. A refusal of ourselves (not of the reader) is trouble with the relay."""
    try:
        relay.send(message)
    except NoAnswer:
        return Result(OutboxState.UNCERTAIN, text="no answer after the message's end", relay_lost=True)
    except smtplib.SMTPSenderRefused as refused:
        return Result(OutboxState.QUEUED, refused.smtp_code, _clean(refused.smtp_error), relay_lost=True)
    except smtplib.SMTPRecipientsRefused as refused:
        ((code, text),) = refused.recipients.values()
        return _refused(code, text)
    except smtplib.SMTPResponseException as refused:
        return _refused(refused.smtp_code, refused.smtp_error)
    except (OSError, smtplib.SMTPException) as lost:
        return Result(OutboxState.QUEUED, text=type(lost).__name__, relay_lost=True)
    return Result(OutboxState.SENT, 250)


def _refused(code: int, text: bytes | str) -> Result:
    state = OutboxState.BOUNCED if 500 <= code < 600 else OutboxState.QUEUED
    return Result(state, code, _clean(text), relay_lost=code in {-1, 421})


def _outcome(bunch: Bunch, result: Result) -> dict[str, Any]:
    """What is written for a result: a final state with its time, or when it is tried again."""
    now = utcnow()
    said = {"last_code": result.code, "last_text": result.text}
    if result.state is OutboxState.UNCERTAIN:
        return said | _after_silence(bunch)
    if result.state is not OutboxState.QUEUED:
        return said | {"state": result.state, "settled_at": now}
    again = now + _back_off(bunch.attempts)
    if again > bunch.created_at + GIVE_UP_AFTER:
        return said | {"state": OutboxState.BOUNCED, "settled_at": now}
    return said | {"state": OutboxState.QUEUED, "next_at": min(again, bunch.not_after or again)}


def _after_silence(bunch: Bunch) -> dict[str, Any]:
    """Tried again after a while; what works once (sign-in) is never, it runs out instead."""
    again = utcnow() + timedelta(minutes=current_app.config["MAIL_UNCERTAIN_MINUTES"])
    if not KINDS[bunch.kind].one_time:
        return {"state": OutboxState.UNCERTAIN, "next_at": min(again, bunch.not_after or again)}
    ends = bunch.not_after or again
    return {"state": OutboxState.UNCERTAIN, "next_at": ends, "not_after": ends}


def _settle(bunch: Bunch, **values: Any) -> None:
    settled = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(bunch.ids), OutboxRow.lease_token == bunch.lease_token)
        .values(lease_token=None, lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    count = db.session.execute(settled).rowcount  # type: ignore[attr-defined]  # of an UPDATE
    db.session.commit()
    if count != len(bunch.ids):
        log.warning("lease-lost", mailing=bunch.mailing_id, rows=len(bunch.ids), settled=count)


def _back_off(attempts: int) -> timedelta:
    minutes = current_app.config["MAIL_RETRY_MINUTES"]
    return timedelta(minutes=minutes[attempts - 1] if attempts <= len(minutes) else 60)


def _clean(text: bytes | str) -> str:
    """What the server said, in one line, without addresses."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return ADDRESS.sub("…", " ".join(said.split()))[:200]
