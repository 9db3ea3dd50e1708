"""Checks that the comparison of journal and database finds every kind of difference."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults import worker
from tests.faults.journal import Entry, next_after, read
from tests.faults.truth import Row, count
from watch.models import OutboxState

SENT, QUEUED, CANCELLED = OutboxState.SENT, OutboxState.QUEUED, OutboxState.CANCELLED


def row(number: int, state: OutboxState = SENT, settled: float = 100.0) -> Row:
    return Row(f"n{number}@x.org", f"<{number}@x.org>", state, datetime.fromtimestamp(settled, UTC))


def entry(number: int, at: float = 99.0, *, to: str = "", sender: str = "") -> Entry:
    reader = to or f"n{number}@x.org"
    return Entry(reader, f"<{number}@x.org>", sender or f"bounce+{number}@x.org", reader, 100, at)


def letters(rows: list[Row], journal: list[Entry], acknowledged: int | None = None) -> str:
    return str(count(rows, journal, seed=7, acknowledged=acknowledged)).partition(" (")[0]


def test_nothing_is_wrong_where_each_row_has_its_message() -> None:
    counts = count([row(1), row(2, CANCELLED)], [entry(1)], seed=7, restarted_at=98.0)
    assert str(counts) == "L=0 D=0 D0=0 W=0 S=0 R=1.0 s (2 rows, 1 stored, seed 7)"
    assert counts.is_clean


def test_lost_is_what_was_never_stored() -> None:
    assert letters([row(1), row(2)], [entry(1)]) == "L=1 D=0 D0=0 W=0 S=0 R=–"
    assert letters([row(1, QUEUED)], []) == "L=1 D=0 D0=0 W=0 S=1 R=–"
    assert letters([row(1)], [entry(1)], acknowledged=3) == "L=2 D=0 D0=0 W=0 S=0 R=–"


def test_a_duplicate_is_worse_once_it_was_known_to_be_sent() -> None:
    assert letters([row(1)], [entry(1, 98), entry(1, 99)]) == "L=0 D=1 D0=0 W=0 S=0 R=–"
    assert letters([row(1)], [entry(1, 98), entry(1, 101)]) == "L=0 D=1 D0=1 W=0 S=0 R=–"


def test_two_rows_of_one_message_are_one_message() -> None:
    assert letters([row(1), row(1)], [entry(1)]) == "L=0 D=0 D0=0 W=0 S=0 R=–"


def test_wrong_is_whoever_was_not_meant() -> None:
    assert letters([row(1)], [entry(1), entry(1, to="n2@x.org")]) == "L=0 D=1 D0=0 W=1 S=0 R=–"
    assert letters([row(1)], [entry(1), entry(9)]) == "L=0 D=0 D0=0 W=1 S=0 R=–"
    one_sender = [entry(1, sender="b@x.org"), entry(2, sender="b@x.org")]
    assert letters([row(1), row(2)], one_sender) == "L=0 D=0 D0=0 W=2 S=0 R=–"


def test_a_torn_last_line_was_never_answered_for(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    assert read(journal) == []
    whole = '{"recipient": "a", "message_id": "b", "sender": "c", "to": "a", "size": 1, "at": 2.0}\n'
    journal.write_text(whole + whole[:30])
    assert read(journal) == [Entry("a", "b", "c", "a", 1, 2.0)]
    assert (next_after(read(journal), 0.5), next_after(read(journal), 3)) == (1.5, None)


def test_a_worker_dies_at_the_asked_pass_of_a_step_and_not_where_it_comes_to_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed: list[int] = []
    monkeypatch.setattr(worker.os, "kill", lambda _pid, signal: killed.append(signal))
    step = worker.after(lambda taken: taken, worker.killer(2), lambda result, *_: bool(result))
    assert [step(taken) for taken in (1, 0, 0)] == [1, 0, 0]
    assert killed == []
    assert (step(1), step(1)) == (1, 1)
    assert killed == [9]
