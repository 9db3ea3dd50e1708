"""Checks the sealed trail after a restore: it goes on from what the copy holds, and nothing is wrong."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.cast import Scene
from tests.ops.installation import Installation, installation
from watch import audit
from watch.audit import sealing
from watch.extensions import db
from watch.journal.state import EPOCH
from watch.models import AuditBlock, AuditEntry, utcnow

__all__ = ["installation"]  # a fixture


def do_and_seal(scene: Scene) -> None:
    audit.note("meeting-called", about=scene.group, by=scene.amina)
    sealing.seal(utcnow())
    db.session.commit()


def number_of_blocks() -> int:
    return db.session.scalar(select(func.count(AuditBlock.number))) or 0


@pytest.mark.parametrize("by_hand", [False, True])
def test_after_a_restore_the_trail_is_right_though_the_journal_knows_of_later_blocks(
    scene: Scene,
    installation: Installation,
    *,
    by_hand: bool,
) -> None:
    do_and_seal(scene)
    copy = installation.backup()
    do_and_seal(scene)
    do_and_seal(scene)
    assert "compared with 3 noted" in installation.says("audit", "verify")
    if by_hand:
        installation.put_by_hand(copy)
        assert "older copy" in installation.refuses("audit", "verify")
        installation.says("restore", "--in-place", "--yes")
    else:
        installation.says("restore", copy, "--yes")
    assert "The audit trail is as it was written." in installation.says("audit", "verify")
    restored = select(AuditEntry.block).where(AuditEntry.what == "database-restored")
    assert (number_of_blocks(), db.session.scalar(restored)) == (1, None)
    db.session.info.pop(EPOCH)  # read before the restore; no process of ours outlives one
    do_and_seal(scene)
    assert (number_of_blocks(), db.session.scalar(restored)) == (2, 2)
    assert "compared with 1 noted" in installation.says("audit", "verify")
