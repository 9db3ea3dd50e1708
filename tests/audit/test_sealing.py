"""Checks the sealed trail: what is changed, taken out, put in or cut off shows, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, func, insert, select, update

from tests.cast import Scene
from watch import audit, clock, jobs
from watch.audit import sealing, verifying
from watch.crypto import Keyring
from watch.extensions import db
from watch.models import TRACE_KEPT, AuditBlock, AuditEntry, ExportReason, utcnow
from watch.retention.service import traces

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Cli = Callable[..., Result]


def write(scene: Scene, at: datetime, count: int = 1) -> list[AuditEntry]:
    """Write entries at that time, not sealed yet."""
    entries = [
        audit.entry("meeting-called", about=scene.group, by=scene.amina, why=ExportReason.OVERSIGHT)
        for _number in range(count)
    ]
    for entry in entries:
        entry.at = at
    db.session.add_all(entries)
    db.session.commit()
    return entries


def seal(at: datetime) -> None:
    """Seal all that no block holds, as the clock does."""
    while sealing.seal(at):
        db.session.commit()
    db.session.commit()


def wrong(at: datetime = NOW, *noted: tuple[int, str]) -> list[str]:
    """Return what is wrong with the trail."""
    db.session.commit()
    return list(verifying.faults(noted, at))


@pytest.fixture
def three_blocks(scene: Scene) -> list[AuditBlock]:
    """Three blocks of the last three days, of two entries each."""
    for days in (3, 2, 1):
        write(scene, NOW - days * DAY, 2)
        seal(NOW - days * DAY + HOUR)
    write(scene, NOW - HOUR)
    assert wrong() == []
    return list(db.session.scalars(select(AuditBlock).order_by(AuditBlock.number)))


def ids_in(number: int) -> list[int]:
    """Return the ids of a block's entries."""
    return list(
        db.session.scalars(select(AuditEntry.id).where(AuditEntry.block == number).order_by(AuditEntry.id))
    )


def entry_of(number: int) -> Any:
    """Return the condition for a block's first entry."""
    return AuditEntry.id == ids_in(number)[0]


def test_the_blocks_follow_one_another_and_hold_everything(three_blocks: list[AuditBlock]) -> None:
    assert [(block.number, block.entries) for block in three_blocks] == [(1, 2), (2, 2), (3, 2)]
    unsealed = db.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.block.is_(None)))
    assert unsealed == 1


CHANGED = "Block 2: an entry was changed, or their order."


@pytest.mark.parametrize(
    "column", [each.name for each in AuditEntry.__table__.columns if each.name != "block"]
)
def test_a_change_of_any_column_shows(three_blocks: list[AuditBlock], column: str) -> None:
    values = {"at": NOW - 9 * DAY, "what": "meeting-changed", "about_kind": "person", "why": None}
    value = values.get(column, 999_999)
    db.session.execute(update(AuditEntry).where(entry_of(2)).values({column: value}))
    assert wrong() == [CHANGED]


def test_an_entry_taken_out_shows(three_blocks: list[AuditBlock]) -> None:
    db.session.execute(delete(AuditEntry).where(entry_of(2)))
    assert wrong() == ["Block 2 was sealed with 2 entries, and holds 1."]


def test_all_entries_of_a_block_taken_out_before_their_time_show(three_blocks: list[AuditBlock]) -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.block == 2))
    assert wrong() == ["Block 2 was sealed with 2 entries, and holds 0."]
    assert (
        wrong(NOW + TRACE_KEPT)[:2] != []
    )  # of the third block, and that nothing is sealed; not of the second
    assert not any("Block 2 " in each for each in wrong(NOW + TRACE_KEPT))


def test_an_entry_put_in_shows(three_blocks: list[AuditBlock]) -> None:
    row = db.session.execute(select(AuditEntry.__table__).where(entry_of(2))).mappings().one()
    db.session.execute(insert(AuditEntry).values({**row, "id": 900_000}))
    assert wrong() == ["Block 2 was sealed with 2 entries, and holds 3."]


def test_entries_that_change_places_show(three_blocks: list[AuditBlock]) -> None:
    """Of the same block and of two."""
    one, other = ids_in(2)
    other_block = ids_in(3)[0]
    db.session.execute(update(AuditEntry).where(AuditEntry.id == one).values(at=NOW - 2 * DAY + HOUR / 2))
    assert wrong() == [CHANGED]
    db.session.execute(update(AuditEntry).where(AuditEntry.id == one).values(at=NOW - 2 * DAY))
    assert wrong() == []
    db.session.execute(update(AuditEntry).where(AuditEntry.id == other).values(block=3))
    db.session.execute(update(AuditEntry).where(AuditEntry.id == other_block).values(block=2))
    assert wrong() == [CHANGED, CHANGED.replace("2", "3")]


def test_an_entry_that_was_sealed_is_not_let_go_again(three_blocks: list[AuditBlock]) -> None:
    db.session.execute(update(AuditEntry).where(entry_of(2)).values(block=None))
    assert wrong() == ["Block 2 was sealed with 2 entries, and holds 1."]


def test_a_block_taken_out_shows_as_a_gap(three_blocks: list[AuditBlock]) -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.block == 2))
    db.session.execute(delete(AuditBlock).where(AuditBlock.number == 2))
    assert wrong() == ["Block 2 is missing."]


def test_the_first_block_taken_out_shows(three_blocks: list[AuditBlock]) -> None:
    for model, number in ((AuditEntry, AuditEntry.block), (AuditBlock, AuditBlock.number)):
        db.session.execute(delete(model).where(number <= 2))
    assert wrong() == ["Blocks 1 to 2 are missing."]


@pytest.mark.parametrize(
    "change",
    [
        {"sealed_at": NOW - 9 * DAY}, {"oldest_at": NOW - 2 * TRACE_KEPT}, {"oldest_at": None},
        {"entries": 3}, {"digest": b"another"},
    ],
)  # fmt: skip
def test_a_changed_row_of_a_block_shows(three_blocks: list[AuditBlock], change: dict[str, Any]) -> None:
    db.session.execute(update(AuditBlock).where(AuditBlock.number == 2).values(change))
    assert wrong()[0] == "Block 2: its row or the block before it was changed, or their order."


def test_blocks_that_change_places_show(three_blocks: list[AuditBlock]) -> None:
    """Their entries go with them, so that only the chain can tell."""
    for number, to in ((1, 1001), (2, 1), (1001, 2)):
        row = (
            db.session.execute(select(AuditBlock.__table__).where(AuditBlock.number == number))
            .mappings()
            .one()
        )
        db.session.execute(insert(AuditBlock).values({**row, "number": to}))
        db.session.execute(update(AuditEntry).where(AuditEntry.block == number).values(block=to))
        db.session.execute(delete(AuditBlock).where(AuditBlock.number == number))
    assert [each[:8] for each in wrong()] == ["Block 1:", "Block 2:", "Block 3:"]


def test_whoever_has_another_key_cannot_seal(
    app: Flask, three_blocks: list[AuditBlock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who knows the code, and not the data key, makes the block anew after a change."""
    with monkeypatch.context() as context:
        context.setitem(app.extensions, "keyring", Keyring(b"k" * 32))
        block = three_blocks[2]
        held = db.session.scalars(
            select(AuditEntry).where(AuditEntry.block == 3).order_by(AuditEntry.id)
        ).all()
        block.digest = sealing.digest_of(held)
        block.seal = sealing.seal_of(block, three_blocks[1].seal)
        db.session.commit()
    assert wrong() == [
        "Block 3: its row or the block before it was changed, or their order.",
        CHANGED.replace("2", "3"),
    ]


def cut_off(number: int) -> None:
    """Take the blocks from that number on out of the database, with their entries."""
    db.session.execute(delete(AuditEntry).where(AuditEntry.block >= number))
    db.session.execute(delete(AuditBlock).where(AuditBlock.number >= number))
    db.session.commit()


def test_an_end_cut_off_shows_by_the_journal_and_by_what_was_noted(three_blocks: list[AuditBlock]) -> None:
    noted = (3, three_blocks[2].seal.hex())
    cut_off(3)
    late = "Nothing was sealed since 2026-11-18 13:00 UTC: no worker runs, or the end was cut off."
    assert wrong() == [late]  # without either, nothing else can tell
    gone = "These blocks were sealed otherwise, or were cut off: 3."
    assert wrong(NOW, noted) == [gone, late]
    assert wrong(NOW, *verifying.noted_in_journal()) == [gone, late]


def test_an_end_cut_off_and_sealed_anew_shows(scene: Scene, three_blocks: list[AuditBlock]) -> None:
    """The worker goes on after the cut, with the data key."""
    cut_off(3)
    seal(NOW)
    assert wrong() == []
    assert wrong(NOW, *verifying.noted_in_journal()) == [
        "These blocks were sealed otherwise, or were cut off: 3."
    ]
    blocks = db.session.scalars(select(AuditBlock).order_by(AuditBlock.number)).all()
    assert list(verifying.pauses(blocks)) == [
        "Nothing was sealed between 2026-11-18 13:00 and 2026-11-20 12:00 UTC."
    ]


def test_what_commits_late_comes_into_the_next_block(scene: Scene, app: Flask) -> None:
    """It has a lower number and an earlier time than what was sealed meanwhile."""
    first, second = write(scene, NOW - 3 * HOUR, 2)
    late = db.session.execute(select(AuditEntry.__table__).where(AuditEntry.id == first.id)).mappings().one()
    db.session.execute(delete(AuditEntry).where(AuditEntry.id == late["id"]))  # it is not committed yet
    seal(NOW - 2 * HOUR)
    assert ids_in(1) == [second.id]
    db.session.execute(insert(AuditEntry).values(**late))
    assert wrong() == []
    seal(NOW)
    assert (ids_in(2), wrong()) == ([late["id"]], [])


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_transaction_that_is_open_while_the_clock_seals_makes_no_false_alarm(scene: Scene) -> None:
    values = {"at": NOW - HOUR, "what": "meeting-called", "about_kind": "watch_group", "about_id": 1}
    with db.engine.connect() as other:
        early = other.scalar(insert(AuditEntry.__table__).values(**values).returning(AuditEntry.id))
        (later,) = write(scene, NOW - HOUR / 2)
        assert early is not None
        assert early < later.id
        seal(NOW)
        other.commit()
    assert (ids_in(1), wrong(NOW)) == ([later.id], [])
    seal(NOW + HOUR)
    assert (ids_in(2), wrong(NOW + HOUR)) == ([early], [])


def test_a_block_is_of_one_day_and_of_a_thousand_entries_at_most(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST", 3)
    write(scene, NOW - 5 * DAY, 4)
    write(scene, NOW - 3 * DAY - HOUR, 1)
    write(scene, NOW - 3 * DAY, 1)
    seal(NOW)
    blocks = db.session.execute(
        select(AuditBlock.entries, AuditBlock.oldest_at).order_by(AuditBlock.number)
    ).all()
    assert [tuple(each) for each in blocks] == [
        (3, NOW - 5 * DAY), (1, NOW - 5 * DAY), (2, NOW - 3 * DAY - HOUR),
    ]  # fmt: skip
    assert wrong() == []


def test_a_quiet_time_is_sealed_too_but_not_twice_at_once(scene: Scene) -> None:
    seal(NOW - 4 * HOUR)
    seal(NOW)
    seal(NOW + HOUR / 2)
    blocks = db.session.execute(select(AuditBlock.entries, AuditBlock.oldest_at)).all()
    assert [tuple(each) for each in blocks] == [(0, None), (0, None)]
    assert wrong() == []


def test_after_two_years_a_block_is_erased_as_a_whole_and_the_chain_holds(
    three_blocks: list[AuditBlock],
) -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.block.is_(None)))
    over = NOW - 3 * DAY + TRACE_KEPT + timedelta(minutes=1)
    assert traces.audit_entries(over - HOUR) == 0
    while traces.audit_entries(over):
        db.session.commit()
    held = select(AuditEntry.block, func.count()).group_by(AuditEntry.block).order_by(AuditEntry.block)
    assert [tuple(row) for row in db.session.execute(held)] == [(2, 2), (3, 2)]
    late = [each for each in wrong(over) if not each.startswith("Nothing was sealed since")]
    assert late == []
    db.session.execute(delete(AuditEntry).where(entry_of(2)))
    assert "Block 2 was sealed with 2 entries, and holds 1." in wrong(over)


def test_what_was_never_sealed_is_erased_after_two_years_too(scene: Scene) -> None:
    write(scene, NOW - TRACE_KEPT - HOUR)
    young = write(scene, NOW - TRACE_KEPT + HOUR)[0].id
    traces.audit_entries(NOW)
    assert list(db.session.scalars(select(AuditEntry.id))) == [young]


def test_the_clock_seals_and_the_command_says_that_all_is_well(scene: Scene, cli: Cli) -> None:
    write(scene, utcnow())
    clock.run_due([job for job in jobs.JOBS if job.name.startswith("seal")])
    (block,) = db.session.scalars(select(AuditBlock))
    told = cli("audit", "verify")
    assert (told.exit_code, told.output) == (
        0,
        "Blocks: 1, compared with 1 noted. Entries not sealed yet: 0.\n"
        "The audit trail is as it was written.\n"
        f"To keep elsewhere: --noted 1:{block.seal.hex()}\n",
    )


def test_the_command_says_what_is_wrong_and_fails(scene: Scene, cli: Cli) -> None:
    write(scene, utcnow())
    seal(utcnow())
    noted = f"1:{db.session.scalars(select(AuditBlock)).one().seal.hex()}"
    db.session.execute(delete(AuditEntry))
    told = cli("audit", "verify", "--noted", noted, "--noted", f"7:{'a' * 64}")
    assert (told.exit_code, told.output) == (
        1,
        "Wrong: Block 1 was sealed with 1 entries, and holds 0.\n"
        "Wrong: These blocks were sealed otherwise, or were cut off: 7.\n"
        "Blocks: 1, compared with 3 noted. Entries not sealed yet: 0.\n"
        "Error: The audit trail is not as it was written.\n",
    )
    assert cli("audit", "verify", "--noted", "7").exit_code == 2


def test_a_trail_that_nobody_has_sealed_yet_is_right_for_a_day(scene: Scene) -> None:
    write(scene, NOW)
    assert wrong(NOW + HOUR) == []
    assert wrong(NOW + 2 * DAY) == [
        "Nothing was sealed since 2026-11-20 12:00 UTC: no worker runs, or the end was cut off."
    ]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_the_same_entries_have_the_same_digest_whatever_the_zone(scene: Scene) -> None:
    (entry,) = write(scene, NOW)
    before = sealing.digest_of([entry])
    entry.at = NOW.astimezone(tz=None).astimezone(UTC)
    with time_machine.travel(NOW + 200 * DAY):
        assert sealing.digest_of([entry]) == before
