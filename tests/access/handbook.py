"""The pages of help, for everybody."""

from __future__ import annotations

from tests.access import public

ENDPOINTS = {
    "handbook.index": public(get="/help", status=302),
    "handbook.show": public(get="/help/residents"),
    "handbook.picture": public(get="/help/pictures/house.png"),
}
