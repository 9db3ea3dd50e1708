"""How often somebody may try: by network, counted in one table, so that it holds over processes and machines.

It counts on a connection of its own before the request's transaction begins: a second writing
connection inside that would wait for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import current_app, request, session
from limits import parse_many
from limits.storage import Storage
from sqlalchemy import Connection, case, delete, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import TooManyRequests

from watch.crypto import keyring
from watch.database import ONLY_READS, SAFE_METHODS
from watch.extensions import db, limiter, network_of_reader, wide_network_of_reader
from watch.models import RateCount, utcnow
from watch.statements import upsert

V = TypeVar("V", bound=Callable[..., Any])
WINDOW = 10 * 60  # seconds in which forms are counted
WIDER = 5  # a provider's /48 has many customers: so many times as much as one of them


class DatabaseStorage(Storage):
    """Counts of flask-limiter in the table rate_count; keys hold addresses, so only their hash is kept."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012  read by the library's registry
    base_exceptions = ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; a window that has ended begins anew. Returns the count."""
        now, ends = utcnow(), utcnow() + timedelta(seconds=expiry)
        over = RateCount.expires_at <= now
        counted = (
            upsert(RateCount)
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
            count: int = connection.execute(counted).scalar_one()
        return count

    def get(self, key: str) -> int:
        """The count in the running window."""
        wanted = select(RateCount.count).where(RateCount.key == _hashed(key), RateCount.expires_at > utcnow())
        with _reading() as connection:
            return connection.execute(wanted).scalar() or 0

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in seconds since 1970."""
        with _reading() as connection:
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


def _reading() -> Connection:
    """A connection that takes no turn among those who write, also in a POST."""
    return db.engine.connect().execution_options(**{ONLY_READS: True})


def _hashed(key: str) -> bytes:
    return keyring().blind_index("rate", key)


class TooManyForms(TooManyRequests):
    """So many forms came from one network lately; `until`: seconds since 1970."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until


class Flooding(TooManyForms):
    """Twice as many, and they still come: nothing of them is read, and the answer is short."""


def count_form() -> None:
    """Count a form before it is read, whatever becomes of it. Raises TooManyForms, Flooding.

    A database that is away counts nothing: the page tells of that.
    """
    if request.method in SAFE_METHODS:
        return
    for sender, most in _senders(current_app.config["FORMS_IN_TEN_MINUTES"]):
        with suppress(SQLAlchemyError):
            _count(f"forms of {sender}", most)


def _count(key: str, most: int) -> None:
    """A flood takes no turn among those who write: it is looked at first, and then no longer counted."""
    if limiter.storage.get(key) >= 2 * most:
        raise Flooding(limiter.storage.get_expiry(key))
    if limiter.storage.incr(key, WINDOW) > most:
        raise TooManyForms(limiter.storage.get_expiry(key))


def _senders(most: int) -> Iterator[tuple[str, int]]:
    """By whom a form is counted, and how many they may send.

    Who is signed in, or was in this browser, is not slowed by others on the same network.
    """
    if known := session.get("_user_id") or session.get("address"):
        yield f"browser {known}", most
        return
    yield network_of_reader(), most
    if has_wider_network():
        yield wide_network_of_reader(), WIDER * most


def limit_network(
    rates: str, scope: str | None = None, *, exempt_when: Callable[[], bool] = lambda: False, **more: Any
) -> Callable[[V], V]:
    """A limit for each network that asks ("60 per hour"), and a wider one for the /48 that it is part of.

    Whoever has an IPv6 connection may have 65,536 networks of their own. Endpoints that name the same `scope`
    are counted together. `more` goes to flask-limiter.
    """
    wider = "; ".join(f"{WIDER * each.amount} per {each.get_expiry()} second" for each in parse_many(rates))
    near = limiter.shared_limit(rates, scope or str, exempt_when=exempt_when, **more)
    wide = limiter.shared_limit(
        wider, lambda endpoint: f"{scope or endpoint}, wider", key_func=wide_network_of_reader,
        exempt_when=lambda: exempt_when() or not has_wider_network(), **more,
    )  # fmt: skip
    return lambda view: wide(near(view))  # type: ignore[return-value]  # both keep the view's type


def has_wider_network() -> bool:
    """Whether the reader's network is one of many that may be the same customer's."""
    return network_of_reader() != wide_network_of_reader()


ASKING = limit_network(  # a house that meets has one network; a form with errors counts for nothing
    "60 per hour", "asking", methods=["POST"], deduct_when=lambda response: response.status_code == 303
)
