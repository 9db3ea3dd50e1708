"""Measures the work of a response by counting calls of Python functions, not by time."""

from __future__ import annotations

from cProfile import Profile
from typing import Any

from werkzeug.test import TestResponse

from tests.page_client import BASE, PageClient, _forgery_token, outside
from watch.models import Person

# A loop over text that is 4,000 characters longer makes more calls than this. Occasional work, such as
# cleaning a cache, makes fewer.
MORE = 2_000


def calls_of(client: PageClient, who: Person | None, address: str, **more: Any) -> tuple[TestResponse, int]:
    """Return the response to a GET, or with `data` to a POST, and the number of calls it took."""
    browser, work = client.browser(who), Profile(builtins=False)
    if "data" in more:
        more["method"] = "POST"
        more["data"] = {**more["data"], "csrf_token": _forgery_token(client.app, browser)}

    response = outside(lambda: work.runcall(browser.open, address, base_url=BASE, **more))
    return response, sum(entry.callcount for entry in work.getstats())
