"""Paper letters, and packs of many letters that are kept for a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import EncryptedBytes
from watch.models.base import (
    AS_INVITED,
    AS_MEMBER,
    Model,
    exactly_one,
    impersonal,
    one_where,
    personal,
    utcnow,
)
from watch.models.derived import Derived, Purpose
from watch.models.groups import Group
from watch.models.people import Person
from watch.models.places import Area, Flat

AS_PACK = "until a day after they were asked for"


class Letter(Derived, Model):
    """A paper letter to a flat. Its code lets a resident join without approval.

    The code is derived from the nonce, so a reprint has the same code; only its keyed hash is stored. It
    works once, until it expires or the household moves out. Whether the paper lies in the flat's letterbox is
    what somebody says afterwards: `delivered_at` is when they said yes, `discarded_at` when they said no. The
    code works in every case, because a letter may be put in without saying so.
    """

    purposes = frozenset({Purpose.LETTER})

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = personal("A", "who was asked where", AS_INVITED, ForeignKey("watch_group.id"))
    flat_id: Mapped[int] = personal("A", "which flat was asked", AS_INVITED, ForeignKey("flat.id"))
    code_index: Mapped[bytes | None] = impersonal("keyed hash of a letter's code", unique=True)
    by_id: Mapped[int | None] = personal(
        "B", "who printed it", AS_MEMBER, ForeignKey("person.id", ondelete="SET NULL")
    )
    printed_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]

    group: Mapped[Group] = relationship()
    flat: Mapped[Flat] = relationship()

    __table_args__ = (
        CheckConstraint("delivered_at IS NULL OR discarded_at IS NULL", name="delivered_or_discarded"),
        CheckConstraint("used_at IS NULL OR ended_at IS NOT NULL", name="used_is_ended"),
        one_where("letter_one_open_per_flat", "flat_id", where="ended_at IS NULL"),
    )


class LetterPack(Model):
    """An order for many letters. The worker makes its files, and the person who ordered it downloads them."""

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("watch_group.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    by_id: Mapped[int] = personal(
        "B", "who fetches them", AS_PACK, ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    languages: Mapped[list[str]] = impersonal("codes of languages", JSON)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)

    group: Mapped[Group | None] = relationship()
    area: Mapped[Area | None] = relationship()
    by: Mapped[Person] = relationship()
    files: Mapped[list[LetterFile]] = relationship(
        back_populates="pack", order_by="LetterFile.place", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def letters(self) -> int:
        """The number of letters in all files of the pack."""
        return sum(len(file.flat_ids) for file in self.files)

    __table_args__ = (exactly_one("of_a_group_or_an_area", ["group_id", "area_id"]),)


class LetterFile(Model):
    """One PDF of a pack, of whole stairwells. `held_until` is the lease of the worker that is making it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    pack_id: Mapped[int] = mapped_column(ForeignKey("letter_pack.id", ondelete="CASCADE"))
    place: Mapped[int]
    flat_ids: Mapped[list[int]] = personal("A", "which flats are asked", AS_PACK, JSON)
    first: Mapped[str] = impersonal("a port's address", String(120))
    last: Mapped[str] = impersonal("a port's address", String(120))
    tries: Mapped[int] = mapped_column(default=0)
    held_until: Mapped[datetime | None]
    made_at: Mapped[datetime | None]
    pdf: Mapped[bytes | None] = personal(
        "A", "the codes of flats", AS_PACK, EncryptedBytes("letter_file.pdf"), deferred=True
    )

    pack: Mapped[LetterPack] = relationship(back_populates="files")

    __table_args__ = (
        UniqueConstraint("pack_id", "place"),
        CheckConstraint("(made_at IS NULL) = (pdf IS NULL)", name="made_is_there"),
    )
