"""How many functions does one value pass, from the route (or the command) to the commit?

    .venv/bin/python -m bench.walks

There are six walks, each through the pages or commands that a user would use, on the sample data in a
temporary SQLite database. It counts, once, each public function of a feature, of `mail` and of `audit` that
is called between the press and the answer. It does not count private functions, what every page passes
(access, limits, language, the page's head), forms, labels, models, and what a template calls. `--list`
prints the functions in the order of their first call.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from tests.page_client import PageClient, outside
from watch import create_app, tokens
from watch.extensions import db
from watch.models import Group, JoinRequest, Membership, Person, Purpose, SignInLink
from watch.ops import demo

ROOT = Path(__file__).resolve().parent.parent
FEATURES = {each.parent.name for each in (ROOT / "watch").glob("*/__init__.py")} - {
    "models",
    "ops",
    "journal",
}
ROOMS_PASSED_BY = {"forms", "labels", "sessions", "shares"}


class Walk:
    """The functions that a value passes, in the order of their first call."""

    def __init__(self) -> None:
        self.stations: list[str] = []

    def __call__(self, work: Callable[[], Any]) -> Any:
        """Do the work, and record each function that it enters."""
        sys.setprofile(self._note)
        try:
            return work()
        finally:
            sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event != "call" or frame.f_code.co_name.startswith(("<", "_")) or _is_asked_by_a_template(frame):
            return
        module = frame.f_globals.get("__name__", "")
        parts = module.split(".")
        if parts[0] == "watch" and (parts[1] in FEATURES or module == "watch.audit"):
            station = f"{module}.{frame.f_code.co_qualname}"
            if not ROOMS_PASSED_BY & set(parts) and station not in self.stations:
                self.stations.append(station)


def _is_asked_by_a_template(frame: FrameType) -> bool:
    above: FrameType | None = frame
    while above is not None:
        if above.f_code.co_filename.endswith((".html", ".txt")):
            return True
        above = above.f_back
    return False


def walks(app: Flask) -> dict[str, Walk]:
    """Do all six walks, each in the state that the one before has left."""
    client, found = PageClient(app), {}

    def walk(name: str, work: Callable[[], Any]) -> Any:
        found[name] = Walk()
        return found[name](work)

    amina = next(person for person in db.session.scalars(select(Person)) if person.name == "Amina Hassan")
    group = db.session.scalars(select(Group).join(Membership).where(Membership.person_id == amina.id)).one()
    stairwell = group.buildings[0].stairwells[1]
    runner = app.test_cli_runner()

    landlord_list = ROOT / "watch" / "ops" / "sample" / "fastigheter-boras.csv"
    with tempfile.NamedTemporaryFile(suffix=".csv") as one_row:
        one_row.write(b"".join(landlord_list.read_bytes().splitlines(keepends=True)[:2]))
        one_row.flush()
        walk(
            "a landlord's row",
            lambda: outside(lambda: runner.invoke(args=["places", "import", one_row.name])),
        )

    client.post("/login", {"email": "amina@example.org"})
    link = db.session.scalars(select(SignInLink)).one()
    page = client.get(f"/login/{tokens.make(Purpose.SIGN_IN, link)}")
    walk("a sign-in link", lambda: page.press("Logga in"))

    joining = client.get(f"/j/{tokens.code(Purpose.POSTER, stairwell.nonce)}")
    typed = {"name": "Lina", "address": "lina@example.org", "consent": "y"}
    walk("an address that asks", lambda: joining.press("Be att få gå med", typed))
    request = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id.desc()).limit(1)).one()
    page = client.get(f"/join/confirm/{tokens.make(Purpose.CONFIRM_REQUEST, request)}")
    walk("… and is confirmed", lambda: page.press("Ja, det stämmer"))

    doors = client.get(f"/groups/{group.id}/knock", as_=amina)
    no = next(words for words in doors.buttons if words.startswith("Tackar nej"))
    walk("a knock: no", lambda: doors.press(no))
    doors = client.get(f"/groups/{group.id}/knock", as_=amina)
    join = next(where for words, where in doors.links.items() if "/knock/join" in where)
    door = client.get(join, as_=amina)
    yes = {"name": "Greta", "consent": "y", "address": "greta@example.org"}
    walk("a knock: yes, with an address", lambda: door.press("Lägg till grannen", yes))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="name the stations")
    names = parser.parse_args().list
    with ExitStack() as places:
        folder = places.enter_context(tempfile.TemporaryDirectory())
        settings = {
            "ENV": "development",
            "TESTING": True,
            "QUEUE_URL": "memory:",
            "JOURNAL": f"{folder}/journal",
        }
        app = create_app({**settings, "DATABASE_URL": f"sqlite:///{folder}/walks.db"})
        with app.app_context():
            upgrade(str(ROOT / "migrations"))
            demo.seed()
            db.session.commit()
            print("| walk | stations |\n|---|---|")
            for name, walk in walks(app).items():
                print(f"| {name} | {len(walk.stations)} |")
                if names:
                    print("\n".join(f"|   {station} | |" for station in walk.stations))


if __name__ == "__main__":
    main()
