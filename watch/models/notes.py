"""The notes (minnesanteckningar) of a meeting: the draft that coordinators write, and what was published."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import Encrypted
from watch.models.base import AS_GROUP, Model, impersonal, personal, utcnow
from watch.models.meetings import Meeting


class NotesDraft(Model):
    """What is being written after a meeting. Each saving raises `version`.

    `skipped_at` is when the organiser said that there will be no notes.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str] = personal(
        "C", "what was talked of; free text may name somebody", AS_GROUP, Encrypted("notes_draft.text")
    )
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column(default=utcnow)
    saved_by_id: Mapped[int | None] = personal(
        "C", "who wrote last", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    skipped_at: Mapped[datetime | None]

    meeting: Mapped[Meeting] = relationship()


class NotesAside(Model):
    """A text that was saved while somebody else had saved another one, kept until the two are made one.

    `form_key` is that of the form it was typed in, so that each saving of one form replaces the one before.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    form_key: Mapped[str] = impersonal("random", String(40))
    text: Mapped[str] = personal(
        "C", "what was talked of; free text may name somebody", AS_GROUP, Encrypted("notes_aside.text")
    )
    saved_at: Mapped[datetime] = mapped_column(default=utcnow)
    saved_by_id: Mapped[int | None] = personal(
        "C", "who wrote it", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )

    __table_args__ = (UniqueConstraint("meeting_id", "form_key", name="uq_notes_aside_one_per_form"),)


class PublishedNotes(Model):
    """The notes that the members read. A correction raises `edition` and replaces the text before."""

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), unique=True)
    text: Mapped[str] = personal(
        "C", "what was talked of; free text may name somebody", AS_GROUP, Encrypted("published_notes.text")
    )
    edition: Mapped[int] = mapped_column(default=1)
    published_at: Mapped[datetime] = mapped_column(default=utcnow)
    corrected_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = personal(
        "C", "who published it", AS_GROUP, ForeignKey("person.id", ondelete="SET NULL"), index=True
    )

    meeting: Mapped[Meeting] = relationship()

    __table_args__ = (
        CheckConstraint("(edition > 1) = (corrected_at IS NOT NULL)", name="correction_is_dated"),
    )
