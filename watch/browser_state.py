"""What a browser carries of what was typed in it: sealed, so that nobody reads it there, and not for long."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from watch.crypto import Unreadable, keyring
from watch.models import utcnow

SHOWN_WITHIN = timedelta(minutes=15)  # phones here are often shared
SEAL = "what a browser has asked"


def sealed(typed: Mapping[str, Any]) -> str:
    """For the cookie; `at` (seconds) says when it was typed, where that was not now."""
    facts = {"at": utcnow().timestamp(), **typed}
    return base64.urlsafe_b64encode(keyring().seal(json.dumps(facts), SEAL)).decode()


def opened(cookie: str | None) -> dict[str, Any] | None:
    """From the cookie; None where there is nothing to show any more."""
    try:
        facts: dict[str, Any] = json.loads(keyring().open(base64.urlsafe_b64decode(cookie or ""), SEAL))
    except Unreadable:  # none, or of another data key
        return None
    return facts if utcnow().timestamp() - facts["at"] < SHOWN_WITHIN.total_seconds() else None
