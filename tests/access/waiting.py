"""After asking (permissions.md: join, ask to join): for the browser that asked; others are led away."""

from tests.access import public

ENDPOINTS = {
    "waiting.sent": public(get="/join/sent"),
    "waiting.change": public(post="/join/sent", status=303),
}
