"""Rate limits by network, counted in a table, so that they hold across processes and machines.

Counting uses a connection of its own, before the request's transaction begins: on SQLite a second writer
inside that transaction would wait for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import Response, current_app, request, session
from limits import parse_many
from limits.storage import Storage
from sqlalchemy import Connection, case, delete, select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import TooManyRequests

from watch.crypto import keyring
from watch.database import ONLY_READS, SAFE_METHODS
from watch.extensions import browser_that_asks, db, limiter, network_of_reader, wide_network_of_reader
from watch.models import RateCount, utcnow
from watch.statements import upsert

V = TypeVar("V", bound=Callable[..., Any])
WINDOW = 10 * 60  # seconds
WIDER = 5  # times the limit of one network, for a /48, which may be many customers'


class DatabaseStorage(Storage):
    """flask-limiter's counts in the table rate_count, under hashed keys, because keys hold addresses."""

    STORAGE_SCHEME = ["database"]  # noqa: RUF012  read by the library's registry
    base_exceptions = ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more and return the count. A window that has ended starts again."""
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
        """Return the count in the current window."""
        wanted = select(RateCount.count).where(RateCount.key == _hashed(key), RateCount.expires_at > utcnow())
        with _reading() as connection:
            return connection.execute(wanted).scalar() or 0

    def get_expiry(self, key: str) -> float:
        """Return when the current window ends, in seconds since 1970."""
        with _reading() as connection:
            ends = connection.execute(
                select(RateCount.expires_at).where(RateCount.key == _hashed(key))
            ).scalar()
        return (ends or datetime.fromtimestamp(time.time(), UTC)).timestamp()

    def check(self) -> bool:
        """Return True: whether the database answers is checked elsewhere."""
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
    """Return a connection that only reads, so that even in a POST it does not wait for writers."""
    return db.engine.connect().execution_options(**{ONLY_READS: True})


def _hashed(key: str) -> bytes:
    return keyring().blind_index("rate", key)


class TooManyForms(TooManyRequests):
    """Too many forms came from one network. `until` is when the window ends, in seconds since 1970."""

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until


class Flooding(TooManyForms):
    """Twice too many forms came from one network. They are not read, and the answer is short."""


def count_form() -> None:
    """Count a form before it is read. Raises TooManyForms and Flooding.

    If the database is down nothing is counted; the page will report that.
    """
    if request.method in SAFE_METHODS:
        return
    for sender, most in _senders(current_app.config["FORMS_IN_TEN_MINUTES"]):
        with suppress(SQLAlchemyError):
            _count(f"forms of {sender}", most)


def _count(key: str, most: int) -> None:
    """Count a form of a sender. A flood is only looked up and not counted, so it never waits for writers."""
    if limiter.storage.get(key) >= 2 * most:
        raise Flooding(limiter.storage.get_expiry(key))
    if limiter.storage.incr(key, WINDOW) > most:
        raise TooManyForms(limiter.storage.get_expiry(key))


def _senders(most: int) -> Iterator[tuple[str, int]]:
    """Yield the senders a form counts for, each with the limit.

    Somebody signed in, or who was in this browser, is counted by browser, so neighbours on the same network
    do not slow them down.
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
    """Return a decorator that limits a view by network ("60 per hour"), and wider by the IPv6 /48.

    One IPv6 customer may have 65,536 networks of /64. Views with the same `scope` are counted together.
    `more` is passed to flask-limiter.
    """
    wider = "; ".join(f"{WIDER * each.amount} per {each.get_expiry()} second" for each in parse_many(rates))
    near = limiter.shared_limit(rates, scope or str, exempt_when=exempt_when, **more)
    wide = limiter.shared_limit(
        wider, lambda endpoint: f"{scope or endpoint}, wider", key_func=wide_network_of_reader,
        exempt_when=lambda: exempt_when() or not has_wider_network(), **more,
    )  # fmt: skip
    return lambda view: wide(near(view))  # type: ignore[return-value]  # both keep the view's type


def limit_wrong_codes(is_open_here: Callable[[], bool]) -> Callable[[V], V]:
    """Return a decorator that limits a view by the wrong codes of a browser and of its network.

    All views with it are counted together. `is_open_here` tells whether this browser has opened the code
    before: wrong codes do not close its page.
    """
    here = limiter.shared_limit(
        "10 per hour", scope="wrong codes of a browser", key_func=browser_that_asks,
        deduct_when=_is_wrong_code, exempt_when=is_open_here,
    )  # fmt: skip
    # a building's residents, or a phone company's customers, may share one network
    near = limit_network("100 per hour", "wrong codes", deduct_when=_is_wrong_code, exempt_when=is_open_here)
    return lambda view: near(here(view))  # type: ignore[return-value]  # both keep the view's type


def _is_wrong_code(answer: Response) -> bool:
    return answer.status_code == 404


def has_wider_network() -> bool:
    """Return True if the reader's network belongs to a wider one of the same customer (IPv6)."""
    return network_of_reader() != wide_network_of_reader()


ASKING = limit_network(  # generous, because neighbours who meet share a network; refused forms do not count
    "60 per hour", "asking", methods=["POST"], deduct_when=lambda response: response.status_code == 303
)
