"""What a machine may lack: tests that need it are skipped, with a line on how to get it.

On the build server they fail: nothing there is left out without anybody seeing it.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn

import pytest

CHROMIUM = "no Chromium found: `apt-get install chromium`, or `.venv/bin/playwright install chromium`"
REDIS = "no Redis found: `apt-get install redis-server`"


def skip_or_fail(what: str) -> NoReturn:
    """End the test: `what` is one of the sentences above."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def say_what_was_skipped(reporter: Any) -> None:
    """In the last lines of the run: how many tests were skipped for want of something, and the cure."""
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    for kind, what in (("journeys", CHROMIUM), ("tests", REDIS)):
        if count := sum(what in why for why in skipped):
            reporter.section(kind, yellow=True)
            reporter.line(f"{count} {kind} were skipped, {what}", yellow=True)
