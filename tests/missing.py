"""Skips tests for which this machine lacks a program, and says how to get it.

On the build server they fail instead, so that nothing is left out there unnoticed.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn

import pytest

CHROMIUM = (
    "no Chromium found: `apt-get install chromium-headless-shell`, or `.venv/bin/playwright install chromium`"
)
REDIS = "no Redis found: `apt-get install redis-server`"


def skip_or_fail(what: str) -> NoReturn:
    """Skip or fail the test. `what` is one of the sentences above."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def say_what_was_skipped(reporter: Any) -> None:
    """Print at the end how many tests were skipped because something is missing, and the remedy."""
    skipped = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
    for kind, what in (("journeys", CHROMIUM), ("tests", REDIS)):
        if count := sum(what in why for why in skipped):
            reporter.section(kind, yellow=True)
            reporter.line(f"{count} {kind} were skipped, {what}", yellow=True)
