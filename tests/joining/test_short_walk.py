"""Checks that confirming an address passes through few functions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import watch
from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person, make_request, make_verification
from tests.newcomers import confirm_link, floor_link
from tests.page_client import PageClient
from watch.models import RequestState

HOUSE = Path(watch.__file__).parent
FEATURES = {path.parent.name for path in HOUSE.glob("*/service*")} | {"models"}
EVERYWHERE = {
    "models/base.py",
    "models/derived.py",
    "accounts/sessions.py",
    "accounts/languages.py",
}  # who it is, in which language, and what the time is
# at the door the member, the record of the address and a dead or old address come together
MOST = {"asked": 15, "recorded at the door": 24}


@contextmanager
def stations() -> Iterator[set[str]]:
    """Return the functions of features and models that are called in here."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event != "call" or not path.is_relative_to(HOUSE) or frame.f_code.co_name.startswith("<"):
            return
        place = path.relative_to(HOUSE)
        if place.parts[0] in FEATURES and str(place) not in EVERYWHERE:
            found.add(f"{place} {frame.f_code.co_qualname}")

    sys.setprofile(note)
    try:
        yield found
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("way", MOST)
def test_an_address_is_confirmed_in_few_steps(client: PageClient, scene: Scene, way: str) -> None:
    flat, greta = flat_of(scene.stairwell_3, "1201"), make_person("Greta", "greta@example.org")
    if way == "asked":
        state = RequestState.UNCONFIRMED
        link = confirm_link(make_request(greta, scene.group, scene.stairwell_3, flat, state=state))
    else:
        link = floor_link(make_verification(greta, make_member(make_person("Greta"), scene.group, flat)))
    with stations() as walked:
        assert client.post(link, {"floor": "2"}).status == 303
    assert len(walked) <= MOST[way], sorted(walked)
