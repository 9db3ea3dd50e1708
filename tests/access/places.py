"""Pages for everybody."""

from __future__ import annotations

from tests.access import public

ENDPOINTS = {
    "places.back_to_front": (public(get="/logout", status=303), public(get="/language", status=303)),
    "places.front": public(get="/"),
    "places.building": public(get="/buildings/{house}"),
    "places.privacy": public(get="/privacy"),
    "places.about": public(get="/about"),
}
