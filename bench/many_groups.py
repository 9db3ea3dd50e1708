"""Do an officer's pages take longer with 100,000 groups than with 100? The part of bench.web about it.

Two officers are measured. One follows an area of 89 buildings, the same in both databases, beside all the
other groups of the country. The other follows every group, in twelve areas in both.
"""

from __future__ import annotations

import gc
import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, inspect, select, text

from bench.fill import filling
from bench.pages import ROOT, SEED, Page, application, sign_in
from tests.databases import DURABLE, fresh_database, postgres_server
from watch.accounts.service.officers import appoint_officer
from watch.extensions import db
from watch.followup.service.months import count_months
from watch.models import GROUPS_IN_ORDER, Area, Group, Officer, Organisation, Person, Stairwell, utcnow

OWN = 89  # buildings that one officer follows
AREAS = 11  # of the other groups
MEMBERS = 5  # of a group, on average
WANTED = 1.25
ALONE = (*DURABLE, "max_parallel_workers_per_gather=0")  # the CPU time of helpers would not be counted
AGAIN = 5  # a page is made so many times in a round, or for SPAN seconds
SPAN = 0.1


@dataclass(frozen=True)
class Served:
    """An application and its database, whose CPU time counts, too."""

    app: Flask
    backend: Path | None  # where PostgreSQL's process says how long it has run

    def spent(self) -> float:
        """Return the seconds that this process, and the database's, have used the processor."""
        return time.process_time() + (int(self.backend.read_text().split()[0]) / 1e9 if self.backend else 0)

    def cost(self, page: Page) -> float:
        """Return the CPU time of a page in milliseconds, the mean of several times."""
        gc.collect()  # what earlier pages have left is not this one's
        begun, made = self.spent(), 0
        while made < AGAIN and (made == 0 or self.spent() - begun < SPAN):
            page.get()
            made += 1
        return (self.spent() - begun) / made * 1000


def filled(database: str, folder: Path, groups: int) -> Served:
    """Return the application with so many groups on a database, which is filled unless it is already."""
    app = application(database, folder / "journal")
    with app.app_context():
        is_new = not inspect(db.engine).has_table("watch_group")
        upgrade(str(ROOT / "migrations"))
        if is_new:
            _fill(groups)
        return Served(app, _backend())


def _fill(groups: int) -> None:
    holds = -(-(groups - OWN) // AREAS)
    for number, domain, each in ((OWN, "own.example.org", OWN), (groups - OWN, "example.org", holds)):
        for _ in filling.fill(filling.Wish(number, number * MEMBERS, domain, 0.0, SEED, each)):
            pass
        db.session.commit()
    everywhere = db.session.scalars(select(Person).join(Officer).order_by(Officer.id.desc())).first()
    first = db.session.scalars(select(Area).order_by(Area.id)).first()
    assert everywhere
    assert first
    appoint_officer(first, everywhere, Organisation.POLICE)
    count_months(utcnow())
    db.session.commit()
    filling.analyze()
    db.session.commit()


def _backend() -> Path | None:
    if db.engine.dialect.name != "postgresql":
        return None
    return Path(f"/proc/{db.session.scalar(text('SELECT pg_backend_pid()'))}/schedstat")


def pages_of(served: Served) -> Iterator[tuple[tuple[str, str], Page]]:
    """Yield the measured pages by officer and name."""
    with served.app.app_context():
        officers = db.session.scalars(select(Officer).order_by(Officer.id)).all()
        for who, office in (("own", officers[0]), ("all", officers[-1])):
            followed = select(Officer.area_id).where(Officer.person_id == office.person_id)
            here = select(Area).join(Group).where(Area.id.in_(followed)).group_by(Area.id)
            area = db.session.scalars(here.order_by(func.count(Group.id).desc(), Area.id)).first()
            assert area
            in_order = select(Group.id).join(Area).where(Group.area_id.in_(followed))
            ids = db.session.scalars(in_order.order_by(Area.sort_key, GROUPS_IN_ORDER, Group.id)).all()
            street = db.session.scalars(select(Stairwell.street).where(Stairwell.city == area.name)).first()
            cookie = sign_in(served.app, office.person_id)
            for name, path in _paths(area.slug, street or "", ids[len(ids) * 2 // 3]).items():
                yield (who, name), Page(served.app, path, cookie)


def _paths(slug: str, street: str, far_in: int) -> dict[str, str]:
    groups, area = "/overview/groups", f"/areas/{slug}"
    return {
        "overview": "/overview",
        "groups": groups,
        "groups, a page far in": f"{groups}?after={far_in}",
        "groups, active": f"{groups}?state=active",
        "groups, dormant (none)": f"{groups}?state=dormant",
        "groups, that need a coordinator (none)": f"{groups}?need=no_coordinator",
        "groups, an address": f"{groups}?q={quote(street)}+17",
        "groups, part of a street": f"{groups}?q={quote(street[:4])}",
        "groups, most households first": f"{groups}?sort=households",
        "groups, longest since a meeting": f"{groups}?sort=last_meeting",
        "area": area,
        "area, most households first": f"{area}?sort=households",
        "months": f"{area}/months",
        "map": f"{area}/map",
        "register of buildings": f"{area}/buildings",
        "register of coordinators": "/coordinators",
    }


def measure(few: Served, many: Served, rounds: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the median CPU time of each page with few and with many groups, taken in turns."""
    sizes = [dict(pages_of(few)), dict(pages_of(many))]
    costs: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for number in range(-1, rounds):  # the first round warms up
        for name in sizes[0]:
            took = costs.setdefault(name, ([], []))
            for served, pages, each in zip((few, many), sizes, took, strict=True):
                cost = served.cost(pages[name])
                each.extend([cost] if number >= 0 else [])
    return {name: (statistics.median(one), statistics.median(two)) for name, (one, two) in costs.items()}


def main(sizes: Sequence[int], database: str, folder: Path, rounds: int) -> None:
    """Fill both databases, measure, and print a table."""
    logging.disable(logging.INFO)  # from the migrations
    with ExitStack() as stack:
        url = stack.enter_context(postgres_server(ALONE)).url if database == "postgresql" else None
        served = []
        for groups in sizes:
            place = folder / str(groups)
            place.mkdir(exist_ok=True)
            own = f"sqlite:///{place}/watch.db"
            if url:
                own = stack.enter_context(fresh_database(url, f"bench_{groups}"))
            served.append(filled(own, place, groups))
        took = measure(served[0], served[1], rounds)
    few, many = sizes
    print(f"| officer of | page | {few:,} groups | {many:,} groups | × | wanted {WANTED} × |")
    print("|---|---|---|---|---|---|")
    for (who, name), (one, two) in took.items():
        held = "" if two <= WANTED * one else "over"
        print(f"| {who} | {name} | {one:.2f} ms | {two:.2f} ms | {two / one:.2f} | {held} |")
