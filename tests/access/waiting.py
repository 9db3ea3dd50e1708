"""After asking (permissions.md: join, ask to join): for the browser that asked; others are led away."""

from tests.access import public

ENDPOINTS = {
    "waiting.sent": public(get="/join/sent"),
    "waiting.change": public(post="/join/sent", status=303),
    "waiting.forget": public(post="/join/forget", status=303),
    "waiting.confirm": public(get="/join/confirm/{confirm_request}"),
    "waiting.confirm_address": public(post="/join/confirm/{confirm_request}", status=303),
    "waiting.confirm_by_floor": public(post="/join/confirm/{confirm_request}/floor", status=303),
}
