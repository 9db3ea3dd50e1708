"""Long packs of letters, from when they are asked for until a day later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from watch.crypto import EncryptedBytes
from watch.models.base import Model, exactly_one, impersonal, personal, utcnow
from watch.models.groups import Group
from watch.models.people import Person
from watch.models.places import Area

AS_PACK = "until a day after they were asked for"


class LetterPack(Model):
    """More letters than one waits for: made file by file by the worker, fetched by whoever asked for them."""

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
        """How many there are in all its files."""
        return sum(len(file.flat_ids) for file in self.files)

    __table_args__ = (exactly_one("of_a_group_or_an_area", ["group_id", "area_id"]),)


class LetterFile(Model):
    """Some of a pack's letters, whole ports of them: made once, held by the worker that makes it."""

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
