"""Checks the officers' mail of the week: on Mondays, once, and only if something needs them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_finding, make_sign, store
from tests.mail.letters import text_of
from tests.page_client import PageClient
from watch import clock, jobs
from watch.extensions import db
from watch.findings.service import remove
from watch.followup.queries.needs import Need, Reason, what_needs_somebody
from watch.language import STOCKHOLM
from watch.models import (
    Coordinator,
    FindingOwner,
    FindingStatus,
    Group,
    GroupState,
    JoinRequest,
    Meeting,
    MeetingAudience,
    MeetingKind,
    MeetingPart,
    PartState,
    RequestState,
    utcnow,
)

MONDAY = datetime(2031, 3, 3, 7, 30, tzinfo=STOCKHOLM)
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@pytest.fixture
def calm(scene: Scene, farahs_request: JoinRequest) -> Scene:
    """The scene with nothing for an officer to do: led groups that have just begun, and nobody who waits."""
    farahs_request.state, farahs_request.decided_at = RequestState.WITHDRAWN, utcnow()
    db.session.execute(update(Coordinator).where(Coordinator.group == scene.other_group).values(is_lead=True))
    for group in (scene.group, scene.other_group):
        group.transitions[-1].at = MONDAY
    db.session.commit()
    return scene


def tick(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        clock.run_due([job for job in jobs.JOBS if job.name == "officers"])


def test_an_officer_is_told_on_mondays_if_there_is_something(calm: Scene, outbox: Outbox) -> None:
    finding = make_finding(calm.group.area, due_on=MONDAY.date())
    db.session.commit()
    tick(MONDAY)
    assert outbox.addressed() == []  # its day is not over
    tick(MONDAY + DAY)
    assert outbox.addressed() == []  # it is no Monday
    tick(MONDAY + WEEK - timedelta(minutes=1))
    assert outbox.addressed() == []
    tick(MONDAY + WEEK)
    tick(MONDAY + WEEK + timedelta(hours=3))
    once = [("officers-week", "gun@example.org")]
    assert outbox.addressed() == once  # Gun has two areas, and Hodan nothing to do
    tick(MONDAY + 2 * WEEK + timedelta(hours=20))  # the machine was down in the morning
    assert outbox.addressed() == once * 2
    remove(finding, by=calm.gun)
    db.session.commit()
    tick(MONDAY + 3 * WEEK)
    assert outbox.addressed() == once * 2


def test_the_mail_counts_what_waits_and_leads_to_it(calm: Scene, outbox: Outbox, client: PageClient) -> None:
    for days in (1, 2):
        make_finding(calm.group.area, due_on=MONDAY.date() - days * DAY)
    db.session.commit()
    tick(MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        text = text_of(outbox.rows()[-1])
        page = client.get("/overview", as_=calm.gun)
    assert "dina områden: - Åtgärder som skulle ha varit klara: 2 I översikten" in text
    assert "Visa vad som behöver dig: http://127.0.0.1:8000/overview " in text
    late = "Åtgärder som skulle ha varit klara Hässleholmen Lampan vid källartrappan är släckt. Visa"
    assert late in page.text


def test_a_sign_waits_until_it_is_up_and_a_year_after_it_was_checked(calm: Scene, client: PageClient) -> None:
    ordered, up = date(2031, 2, 1), date(2031, 2, 10)
    sign = make_sign(calm.house, ordered_on=ordered, up_on=None)
    make_sign(calm.other_group.buildings[0], ordered_on=ordered, up_on=up)

    def waits(on: datetime = MONDAY) -> list[Need]:
        return what_needs_somebody({calm.group.area_id}, on)

    assert waits() == [Need(Reason.SIGNS, calm.house.address, calm.house.id)]
    sign.up_on = up
    assert waits() == []
    a_year_later = datetime(2032, 2, 10, 12, tzinfo=STOCKHOLM)
    assert Reason.SIGNS in [need.reason for need in waits(a_year_later)]
    sign.checked_on = date(2031, 12, 1)
    assert Reason.SIGNS not in [need.reason for need in waits(a_year_later)]
    sign.is_worn = True
    assert [need.reason for need in waits()] == [Reason.SIGNS]
    db.session.commit()
    with time_machine.travel(MONDAY, tick=False):
        page = client.get("/overview", as_=calm.gun)
    assert page.links[f"Se skyltarna {calm.house.address}"] == f"/buildings/{calm.house.id}/register"


def test_a_finding_is_overdue_for_those_who_follow_it_until_it_is_closed(calm: Scene) -> None:
    today = MONDAY.date()

    def needs(of: Group, on: date = today) -> list[Reason]:
        found = what_needs_somebody({of.area_id}, datetime.combine(on, time(12), STOCKHOLM))
        return [need.reason for need in found]

    police = make_finding(calm.group, owner=FindingOwner.POLICE, due_on=today)
    make_finding(calm.group, owner=FindingOwner.LANDLORD, due_on=today)  # the group asks the landlord itself
    assert needs(calm.group) == [Reason.FINDING]  # today is not too late
    assert needs(calm.group, today + DAY) == [Reason.OVERDUE]  # and is not said twice
    police.status = FindingStatus.IN_PROGRESS
    assert needs(calm.group) == []
    assert needs(calm.group, today + DAY) == [Reason.OVERDUE]
    assert needs(calm.other_group, today + DAY) == []
    police.status = FindingStatus.DONE
    assert needs(calm.group, today + DAY) == []
    where = make_finding(calm.group.area, due_on=today)
    (need,) = what_needs_somebody({calm.group.area_id}, MONDAY + DAY)
    assert need == Need(Reason.OVERDUE, "Hässleholmen", where.id, what=where.what)


@pytest.fixture
def gathering(calm: Scene) -> Meeting:
    """An officers' joint gathering on the Saturday before, to which both groups have said no."""
    parts = [
        MeetingPart(group=group, state=PartState.DECLINED, decided_at=MONDAY)
        for group in (calm.group, calm.other_group)
    ]
    starts = MONDAY - 2 * DAY
    return store(
        Meeting(
            area=calm.group.area, audience=MeetingAudience.PARTS, kind=MeetingKind.JOINT, parts=parts,
            starts_at=starts, ends_at=starts + timedelta(hours=2), called_at=MONDAY, place="Hässlehuset",
            called_by=calm.gun,
        )
    )  # fmt: skip


def joined_by_none(calm: Scene) -> bool:
    needs = what_needs_somebody({calm.group.area_id}, MONDAY)
    return Reason.JOINED_BY_NONE in [need.reason for need in needs]


def test_the_mail_tells_of_a_gathering_that_all_groups_deny(
    calm: Scene, gathering: Meeting, outbox: Outbox
) -> None:
    gathering.parts[0].state = PartState.TAKES_PART
    db.session.commit()
    tick(MONDAY)
    assert outbox.addressed() == []
    gathering.parts[0].state = PartState.DECLINED
    db.session.commit()
    tick(MONDAY + WEEK)
    assert outbox.addressed() == [("officers-week", "gun@example.org")]
    with time_machine.travel(MONDAY + WEEK, tick=False):
        assert "- Gemensamma träffar som ingen grupp är med på: 1" in text_of(outbox.rows()[-1])


def test_a_gathering_that_all_deny_waits_until_it_is_cancelled_or_nothing_can_be_done(
    calm: Scene, gathering: Meeting
) -> None:
    assert joined_by_none(calm)
    finding = make_finding(calm.group.area)
    finding.meeting_id = gathering.id
    assert not joined_by_none(calm)  # it cannot be removed
    finding.removed_at = MONDAY
    assert joined_by_none(calm)
    gathering.called_at = MONDAY - WEEK
    assert not joined_by_none(calm)  # it was called, and is over
    gathering.starts_at, gathering.ends_at = MONDAY + DAY, MONDAY + 2 * DAY
    assert joined_by_none(calm)
    gathering.cancelled_at = MONDAY
    assert not joined_by_none(calm)


@pytest.mark.parametrize("state", [GroupState.ACTIVE, GroupState.CLOSED])
def test_a_gathering_waits_for_the_answer_of_a_group_that_is_not_closed(
    calm: Scene, gathering: Meeting, state: GroupState
) -> None:
    gathering.starts_at, gathering.ends_at = MONDAY + DAY, MONDAY + 2 * DAY
    gathering.parts[1].state, gathering.parts[1].decided_at = PartState.INVITED, None
    calm.other_group.state = state
    assert joined_by_none(calm) is (state is GroupState.CLOSED)


def test_a_groups_own_gathering_and_that_of_another_area_are_not_theirs(
    calm: Scene, gathering: Meeting
) -> None:
    gathering.area, gathering.group = None, calm.group
    assert not joined_by_none(calm)
    gathering.area, gathering.group = calm.other_group.area, None
    assert not joined_by_none(calm)
