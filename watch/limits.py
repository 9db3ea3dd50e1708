"""Where the limits count: one table, so that they hold over several processes and machines.

It counts on a connection of its own before the request's transaction begins: a second writing
connection inside that would wait for itself.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from limits.storage import Storage
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from watch.crypto import keyring
from watch.extensions import db
from watch.models import RateCount, utcnow


class DatabaseStorage(Storage):
    """Counts of flask-limiter in the table rate_count; keys hold addresses, so only their hash is kept."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012  read by the library's registry
    base_exceptions = ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; a window that has ended begins anew. Returns the count."""
        dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
        now, ends = utcnow(), utcnow() + timedelta(seconds=expiry)
        over = RateCount.expires_at <= now
        upsert = (
            dialect.insert(RateCount)
            .values(key=_hashed(key), count=amount, expires_at=ends)
            .on_conflict_do_update(
                index_elements=[RateCount.key],
                set_={
                    "count": case((over, amount), else_=RateCount.count + amount),
                    "expires_at": case((over, ends), else_=RateCount.expires_at),
                },
            )
            .returning(RateCount.count)
        )
        with db.engine.begin() as connection:
            count: int = connection.execute(upsert).scalar_one()
        return count

    def get(self, key: str) -> int:
        """The count in the running window."""
        wanted = select(RateCount.count).where(RateCount.key == _hashed(key), RateCount.expires_at > utcnow())
        with db.engine.connect() as connection:
            return connection.execute(wanted).scalar() or 0

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in seconds since 1970."""
        with db.engine.connect() as connection:
            ends = connection.execute(
                select(RateCount.expires_at).where(RateCount.key == _hashed(key))
            ).scalar()
        return (ends or datetime.fromtimestamp(time.time(), UTC)).timestamp()

    def check(self) -> bool:
        """The database answers elsewhere or nowhere."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        with db.engine.begin() as connection:
            return connection.execute(delete(RateCount)).rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with db.engine.begin() as connection:
            connection.execute(delete(RateCount).where(RateCount.key == _hashed(key)))


def _hashed(key: str) -> bytes:
    return keyring().blind_index("rate", key)
