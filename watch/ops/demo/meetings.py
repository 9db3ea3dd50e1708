"""Sample notes of the latest gathering, and findings in every state."""

from __future__ import annotations

from datetime import timedelta

from watch.extensions import db
from watch.models import (
    Area,
    Finding,
    FindingOwner,
    FindingStatus,
    FindingStep,
    Group,
    Meeting,
    NotesDraft,
    PublishedNotes,
    Spot,
    utcnow,
)

NOTES = """## Kort sagt

Lampan vid källartrappan är anmäld.
Vi städar cykelrummet tillsammans i maj.
Nästa träff är i juni.

## Vad är bra?

- Grannarna hälsar på varandra.

## Vad kan bli bättre?

- Ljuset på gården.
- Porten går inte alltid i lås.
"""
FINDINGS = (
    (Spot.LIGHTING, "Lampan vid källartrappan är släckt.", FindingOwner.LANDLORD, FindingStatus.IN_PROGRESS,
     "Anmäld till fastighetsägaren."),
    (Spot.DOOR, "Porten går inte alltid i lås.", FindingOwner.LANDLORD, FindingStatus.OPEN, None),
    (Spot.BICYCLES, "Cykelrummet är fullt av gamla cyklar.", FindingOwner.COORDINATOR, FindingStatus.DONE,
     "Vi märkte cyklarna och rensade i maj."),
)  # fmt: skip
IN_AREA = (
    (Spot.ROAD, "Vägbom vid lekplatsen.", FindingOwner.MUNICIPALITY, FindingStatus.DONE, "Den är på plats."),
    (Spot.LIGHTING, "Mer ljus på gångvägen till hållplatsen.", FindingOwner.MUNICIPALITY,
     FindingStatus.OPEN, None),
)  # fmt: skip


def add_notes_and_findings(group: Group, meeting: Meeting) -> None:
    """Add published notes of a gathering, and what was found there."""
    db.session.add(NotesDraft(meeting=meeting, text=NOTES))
    db.session.add(PublishedNotes(meeting=meeting, text=NOTES.strip(), published_at=meeting.ends_at))
    for facts in FINDINGS:
        _add(Finding(group=group, meeting=meeting, created_at=meeting.ends_at), *facts)


def add_area_findings(area: Area) -> None:
    """Add situational measures of an area."""
    for facts in IN_AREA:
        _add(Finding(area=area, created_at=utcnow() - timedelta(days=90)), *facts)


def _add(
    finding: Finding, spot: Spot, what: str, owner: FindingOwner, status: FindingStatus, said: str | None
) -> None:
    finding.spot, finding.what, finding.owner, finding.status = spot, what, owner, status
    db.session.add(finding)
    db.session.flush()
    if said:
        db.session.add(FindingStep(finding_id=finding.id, role=owner, status=status, text=said))
        finding.outcome = said if finding.is_closed else None
