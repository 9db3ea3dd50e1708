"""Findings by the key under which the authorities know them."""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from watch.crypto import keyring
from watch.extensions import db
from watch.models import OFFICERS_OWN, Area, Finding, FindingStep, Group

BYTES_OF_MARK = 5


def key_of(finding: Finding) -> str:
    """Return the key of a finding, "EST-12-K7Q2M9PA". It stays the same, and is never another finding's.

    The mark tells it from one that gets the same number after an old copy was put back. It begins with
    letters, so that a spreadsheet takes it for text.
    """
    known_by = f"{finding.id} {finding.created_at.isoformat()}"
    mark = keyring().blind_index("est", known_by)[:BYTES_OF_MARK]
    return f"EST-{finding.id}-{b32encode(mark).decode()}"


def findings_by_key(area: Area) -> dict[str, Finding]:
    """Return what officers see to in an area by its key, with what was taken away or erased."""
    groups = select(Group.id).where(Group.area_id == area.id)
    left_to_officers = Finding.group_id.in_(groups) & Finding.owner.in_(OFFICERS_OWN)
    with_place = joinedload(Finding.stairwell), joinedload(Finding.building), joinedload(Finding.group)
    wanted = select(Finding).where(or_(Finding.area_id == area.id, left_to_officers)).options(*with_place)
    return {key_of(each): each for each in db.session.scalars(wanted.order_by(Finding.id))}


def last_words(findings: Collection[int]) -> dict[int, str | None]:
    """Return the text of the last step of each of these findings (ids) that has a step."""
    steps = select(FindingStep).where(FindingStep.finding_id.in_(findings)).order_by(FindingStep.id)
    return {each.finding_id: each.text for each in db.session.scalars(steps)}
