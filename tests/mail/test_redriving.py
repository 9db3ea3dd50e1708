"""Checks that stopped mail is sent when the operator orders it, and not before."""

from __future__ import annotations

from collections.abc import Callable

from click.testing import Result
from sqlalchemy import select, update

from tests.cast import Scene
from tests.mail.relay import Relay
from tests.mail.test_delivery import ALL, after, states, tell
from watch.extensions import db
from watch.mail import delivery, outbox, queue, record
from watch.mail.worker_lock import owner_name
from watch.models import OutboxRow, OutboxState


def test_the_operator_sees_why_and_sends_again_what_was_parked(
    scene: Scene, relay: Relay, cli: Callable[..., Result]
) -> None:
    tell(scene)
    relay.answers["carin@example.org"] = "data 554 5.6.0 we do not like it"
    assert delivery.run() == 3
    assert states()["parked"] == ["carin"]
    record.beat(owner_name("none"), every=0)
    said = cli("outbox", "status").output
    assert "1  parked      stopped: could not be made, look at the log\n" in said
    assert "1  parked: 5.6.0 we do not like it\n" in said
    assert " sent, last seen " in said
    relay.answers.clear()
    assert cli("outbox", "redrive").output == "1 rows wait to be sent now.\n"
    assert delivery.run() == 1
    assert states() == {"sent": ALL}
    assert cli("outbox", "redrive", "--held").output == "0 rows wait to be sent now.\n"


def test_what_is_held_after_a_restore_goes_only_when_the_operator_says_so(
    scene: Scene, relay: Relay, cli: Callable[..., Result]
) -> None:
    tell(scene)
    queue.claim("a worker before the restore", 1)
    doubt = select(OutboxRow.id).where(OutboxRow.state == OutboxState.QUEUED).limit(1).scalar_subquery()
    db.session.execute(
        update(OutboxRow).where(OutboxRow.id == doubt).values(state=OutboxState.UNCERTAIN, in_doubt=True)
    )
    db.session.commit()
    said = cli("outbox", "hold").output
    assert said == "4 rows are held; outbox redrive --held sends them.\n"
    with after(60):
        assert delivery.run() == 0
    assert states() == {"held": ALL}
    assert cli("outbox", "redrive").output == "0 rows wait to be sent now.\n"
    assert cli("outbox", "redrive", "--held").output == "4 rows wait to be sent now.\n"
    assert delivery.run() == 4
    assert states() == {"sent": ALL}


def test_what_is_held_can_still_be_stopped(scene: Scene, relay: Relay, cli: Callable[..., Result]) -> None:
    notice = tell(scene)
    cli("outbox", "hold")
    outbox.cancel(notice)
    db.session.commit()
    assert cli("outbox", "redrive", "--held").output == "0 rows wait to be sent now.\n"
    assert (delivery.run(), states()) == (0, {"cancelled": ALL})
