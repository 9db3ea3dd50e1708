"""Checks `flask demo seed`: in the sample town every function can be used."""

from __future__ import annotations

import json
from collections import defaultdict

from flask import Flask
from sqlalchemy import select

from watch.contacts.labels import backing_words
from watch.contacts.queries import backing_of
from watch.extensions import db
from watch.groups.queries.areas import households_by_stairwell, last_night
from watch.groups.queries.joinable import joinable_stairwells
from watch.language import local
from watch.meetings.queries.answers import sums
from watch.meetings.queries.attendance import held_meetings, sum_of
from watch.meetings.queries.calls import was_called
from watch.models import (
    FEW,
    Area,
    AreaMonth,
    Building,
    Group,
    GroupState,
    Meeting,
    MeetingKind,
    Membership,
    OutboxRow,
    OutboxState,
    OutreachEntry,
    Theme,
    utcnow,
)
from watch.ops import demo
from watch.outreach.queries import doors_of
from watch.report.content import content_of
from watch.report.queries.reports import published_reports
from watch.report.saying import sections_of
from watch.retention.service.groups import findings as erase_findings


def every_active_group_of_the_sample_can_be_joined_from_every_door() -> None:
    active = db.session.scalars(select(Group).where(Group.state == GroupState.ACTIVE)).all()
    assert active
    for group in active:
        for house in group.buildings:
            assert joinable_stairwells(house) == house.stairwells


def posters_of_the_sample_say_whom_to_call() -> None:
    backings = backing_of(db.session.scalars(select(Building)).all()).values()
    assert {backing_words(each).partition("Frågor: ")[2] for each in backings} == {
        "Kommunpolis, 031-390\u00a006\u00a020."
    }


def the_coming_meeting_of_the_sample_was_called_and_no_mail_waits() -> None:
    (meeting,) = db.session.scalars(select(Meeting).where(Meeting.starts_at > utcnow()))
    said = sums(meeting)
    assert (was_called(meeting), said.people, said.yes) == (True, 2, 1)
    states = set(db.session.scalars(select(OutboxRow.state)))
    assert states == {OutboxState.SENT, OutboxState.TO_PRINT}


def the_months_of_the_sample_count_the_meetings_that_its_other_pages_count() -> None:
    open_ones = 0
    for area in db.session.scalars(select(Area)):
        held = defaultdict(list)
        for each in held_meetings(area, utcnow()):
            held[local(each.starts_at).date().replace(day=1)].append(each)
        months = db.session.scalars(select(AreaMonth).where(AreaMonth.area == area).order_by(AreaMonth.month))
        told = {each.month: (each.meetings, each.counted, each.came) for each in months}
        first = min(told)
        counted = {month: sum_of(those) for month, those in held.items() if month >= first}
        sums = {month: (each.meetings, each.counted, each.came) for month, each in counted.items()}
        assert {month: each for month, each in told.items() if each[0]} == sums
        citizens = (each for those in held.values() for each in those if each.kind is MeetingKind.CITIZENS)
        open_ones += sum(local(each.starts_at).date() >= first for each in citizens)
    assert open_ones > 3


def the_report_of_the_sample_and_its_draft_of_the_next_night_count_the_same() -> None:
    db.session.flush()
    (edition,) = published_reports()
    said = json.loads(edition.content)
    assert sections_of(said)[list(Theme).index(Theme.PLACES)].note == ""
    erase_findings(utcnow())
    now = content_of(edition.report, utcnow())
    counts = [[*map(len, (each["findings"]["measures"],)), each["findings"]["total"]] for each in (said, now)]
    assert counts[0] == counts[1]


def the_sample_holds_a_published_report_that_says_all_that_a_follow_up_says() -> None:
    (edition,) = published_reports()
    said = json.loads(edition.content)
    citizens = [each["came"] for each in said["meetings"]["one_by_one"] if each["kind"] == "citizens"]
    assert (len(citizens), citizens) == (8, sorted(citizens))
    assert said["operations"]["total"]["now"] == 8
    assert [each["more"] for each in said["meetings"]["one_by_one"] if each["kind"] == "joint"] == [None, 7]
    assert {each["area"]: each["target"] for each in said["groups"]}["Norrby"] == 15
    assert sorted(said["texts"]) == sorted(Theme)
    assert min(map(len, (said["promises"], said["findings"]["measures"], said["indicators"]))) > 1
    assert said["outreach"]["doors_opened"]["now"] > 0
    assert edition.contact_name == "Gun Sandberg, kommunpolis"


def no_more_doors_of_the_sample_were_knocked_on_than_a_house_has() -> None:
    knocked = db.session.scalars(select(OutreachEntry).where(OutreachEntry.building_id.is_not(None))).all()
    assert knocked
    for each in knocked:
        assert (
            (each.doors_opened or 0) <= (each.doors_knocked or 0) <= doors_of(each.building_id or 0, each.day)
        )


def members_of_the_sample_joined_before_last_night_and_count() -> None:
    night = last_night(utcnow())
    for member in db.session.scalars(select(Membership)):
        assert member.group.started_at < member.consent_at == member.joined_at < night
        assert member.household is None or member.household.status_at == member.joined_at
    db.session.expire_all()
    counted = [
        (
            group.counted_taking_part,
            sum(many for many, _flats in households_by_stairwell(group, night).values()),
        )
        for group in db.session.scalars(select(Group))
    ]
    assert max(counted)[0] > 2 * FEW
    assert all(stored == of_last_night for stored, of_last_night in counted)


def test_in_the_sample_town_every_function_can_be_used(app: Flask) -> None:
    """One seeding takes a second and serves all."""
    demo.seed()
    every_active_group_of_the_sample_can_be_joined_from_every_door()
    posters_of_the_sample_say_whom_to_call()
    the_coming_meeting_of_the_sample_was_called_and_no_mail_waits()
    the_sample_holds_a_published_report_that_says_all_that_a_follow_up_says()
    no_more_doors_of_the_sample_were_knocked_on_than_a_house_has()
    members_of_the_sample_joined_before_last_night_and_count()
    the_months_of_the_sample_count_the_meetings_that_its_other_pages_count()
    the_report_of_the_sample_and_its_draft_of_the_next_night_count_the_same()
