"""Monitoring asks without signing in, and learns nothing of anybody."""

from __future__ import annotations

from tests.access import public

ENDPOINTS = {
    "health.alive": public(get="/healthz"),
    "health.ready": public(get="/readyz"),
}
