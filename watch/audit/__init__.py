"""The audit trail: who did what to what, in ids only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, literal, select

from watch.extensions import db
from watch.models import Area, AuditEntry, ExportReason, Group, Model, Person, utcnow

ABOUT_NOBODY = "said-about-nobody"  # the writer went on though a text seemed to point at a person


def entry(
    what: str,
    *,
    about: Model,
    by: Person | None,
    group: Group | None = None,
    area: Area | None = None,
    why: ExportReason | None = None,
) -> AuditEntry:
    """Return the audit entry of an act, not yet stored.

    Without a group or an area it is of the area that the thing itself belongs to, if it belongs to one.
    """
    if isinstance(about, Group):
        group = about
    of_area = group.area_id if group else area.id if area else getattr(about, "area_id", None)
    return AuditEntry(
        what=what,
        by_id=by.id if by else None,
        about_kind=about.__tablename__,
        about_id=about.id,  # type: ignore[attr-defined]  # every model an act is about has a number
        group_id=group.id if group else None,
        area_id=of_area,
        why=why,
    )


def note(
    what: str,
    *,
    about: Model,
    by: Person | None,
    group: Group | None = None,
    area: Area | None = None,
    why: ExportReason | None = None,
) -> None:
    """Store an audit entry in the transaction of the act itself. `why` is why a file was taken out."""
    db.session.flush()  # a new row gets its id first
    db.session.add(entry(what, about=about, by=by, group=group, area=area, why=why))


def done_by(person: Person, what: str, about_id: int, *, since: datetime | None = None) -> AuditEntry | None:
    """Return the last entry of an act of that person about the row of that id, or None."""
    acts = select(AuditEntry).where(
        AuditEntry.by_id == person.id, AuditEntry.what == what, AuditEntry.about_id == about_id
    )
    if since is not None:
        acts = acts.where(AuditEntry.at > since)
    return db.session.scalar(acts.order_by(AuditEntry.id.desc()).limit(1))


def note_if(is_so: bool, what: str, *, about: Model, by: Person | None, group: Group | None = None) -> None:
    """Store an audit entry if `is_so`, by a statement that runs in either case.

    Response time must not tell a stranger whether the act was done.
    """
    db.session.flush()
    trace = entry(what, about=about, by=by, group=group)
    trace.at = utcnow()
    columns = [column for column in AuditEntry.__table__.columns if not column.primary_key]
    facts = select(*(literal(getattr(trace, column.name), column.type) for column in columns))
    kept = insert(AuditEntry).from_select([column.name for column in columns], facts.where(literal(is_so)))
    db.session.execute(kept)
