"""Encrypted cookie values that remember a submitted form for 15 minutes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from watch.crypto import Unreadable, keyring
from watch.models import utcnow

SHOWN_WITHIN = timedelta(minutes=15)  # short, because residents often share phones
SEAL = "what a browser has asked"


def sealed(typed: Mapping[str, Any]) -> str:
    """Encrypt a cookie's value. `at` (seconds since 1970) is when it was typed; if it is missing, now."""
    facts = {"at": utcnow().timestamp(), **typed}
    return base64.urlsafe_b64encode(keyring().seal(json.dumps(facts), SEAL)).decode()


def opened(cookie: str | None) -> dict[str, Any] | None:
    """Decrypt a cookie's value. Return None if it is missing, unreadable or too old."""
    try:
        facts: dict[str, Any] = json.loads(keyring().open(base64.urlsafe_b64decode(cookie or ""), SEAL))
    except Unreadable:  # no cookie, or one encrypted with another data key
        return None
    return facts if utcnow().timestamp() - facts["at"] < SHOWN_WITHIN.total_seconds() else None
