"""Sends several requests at the same moment, each from a browser in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any

from tests.page_client import BASE, PageClient, _forgery_token
from watch.extensions import db
from watch.models import Person


def at_once(
    client: PageClient,
    presses: Sequence[tuple[Person | None, str]],
    data: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
) -> list[int]:
    """POST all of these together. Return the statuses of the responses, in order."""
    forms = [data or {}] * len(presses) if isinstance(data, Mapping | None) else data
    browsers = [client.browser(who) if who else client.app.test_client() for who, _path in presses]
    tokens = [_forgery_token(client.app, browser) for browser in browsers]
    db.session.commit()
    ready = threading.Barrier(len(presses))

    def press(number: int) -> int:
        ready.wait()
        sent = {**forms[number], "csrf_token": tokens[number]}
        return browsers[number].post(presses[number][1], data=sent, base_url=BASE).status_code

    with ThreadPoolExecutor(len(presses)) as threads:
        return list(threads.map(lambda number: Context().run(press, number), range(len(presses))))
