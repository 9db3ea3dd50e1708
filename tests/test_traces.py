"""Checks that looking at neighbours leaves an audit entry: who looked, at what, of which group."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import flat_of, make_member, make_person, make_request, make_visit_request
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.models import AuditEntry


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/groups/{group}/house", "house-seen"),
        ("/stairwells/{stairwell}/house", "house-seen"),
        ("/flats/{flat}", "flat-seen"),
        ("/flats/{flat}/moved-out", "flat-seen"),
        ("/groups/{group}/members", "members-seen"),
        ("/memberships/{unplaced}/flat", "members-seen"),
        ("/memberships/{membership}/receipt", "receipt-printed"),
        ("/memberships/{membership}/record", "members-seen"),
        ("/memberships/{membership}/record/flat", "members-seen"),
        ("/memberships/{membership}/record/end", "members-seen"),
        ("/memberships/{membership}/record/merge", "members-seen"),
        ("/groups/{group}/knock", "doors-seen"),
        ("/flats/{wishing}/knock/join", "request-seen"),
        ("/requests/{request}", "request-seen"),
        ("/groups/{group}/invitations", "invitations-seen"),
    ],
)
def test_a_look_leaves_one_trace(path: str, what: str, client: PageClient, scene: Scene) -> None:
    unplaced = make_member(make_person("Olga Lind", "olga@example.org"), scene.group, None)
    wish = make_visit_request("Tuva Berg", scene.group, flat_of(scene.stairwell_3, "1202"))
    request = make_request(make_person("Sven Ek", "sven@example.org"), scene.group, scene.stairwell_3)
    membership = active_membership(scene.carin, scene.group)
    assert membership
    flat = flat_of(scene.stairwell_3, "1101")
    page = client.get(
        path.format(
            group=scene.group.id, stairwell=scene.stairwell_3.id, flat=flat.id, wishing=wish.flat_id,
            unplaced=unplaced.id, membership=membership.id, request=request.id,
        ),
        as_=scene.amina,
    )  # fmt: skip
    assert page.status == 200
    traces = [
        (each.what, each.by_id, each.group_id)
        for each in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]
    assert traces == [(what, scene.amina.id, scene.group.id)]
