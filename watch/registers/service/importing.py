"""Keeps an uploaded list until its uploader applies it or puts it aside."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from watch.extensions import db
from watch.models import Area, ListUpload, Person, UploadState
from watch.registers import uploads
from watch.registers.errors import RegisterChanged
from watch.registers.uploads import Contents


def keep(area: Area, contents: Contents, *, by: Person) -> ListUpload:
    """Keep a list that was shown to its uploader, until they decide."""
    upload = ListUpload(area=area, by_id=by.id, contents=uploads.packed(contents))
    db.session.add(upload)
    return upload


def apply(upload: ListUpload, areas: Collection[int], *, by: Person) -> None:
    """Change the register as the list was shown to do. Doing it twice is doing it once.

    Raises RegisterChanged if it would do something else by now, and BadLandlordList if it is refused by now.
    Nothing may be committed then.
    """
    locked = select(ListUpload).where(ListUpload.id == upload.id).with_for_update()
    db.session.execute(locked.execution_options(populate_existing=True))
    if upload.contents is None:
        return
    contents = uploads.unpacked(upload.contents)
    if uploads.take_in(contents.rows, areas, by=by) != contents.effect:
        raise RegisterChanged
    upload.state, upload.contents = UploadState.APPLIED, None


def show_again(upload: ListUpload, contents: Contents) -> None:
    """Keep what the list would change by now, once it is shown."""
    upload.contents = uploads.packed(contents)


def discard(upload: ListUpload) -> None:
    """Put a list aside: nothing of it is kept."""
    if upload.contents is not None:
        upload.state, upload.contents = UploadState.DISCARDED, None
