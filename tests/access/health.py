"""Monitoring needs no sign-in and learns nothing about anybody."""

from __future__ import annotations

from tests.access import public

ENDPOINTS = {
    "health.alive": public(get="/healthz"),
    "health.ready": public(get="/readyz"),
}
