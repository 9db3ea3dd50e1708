"""Checks that a sender sees the progress, can stop what is not sent, and is told when nothing is sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from tests.cast import Scene
from tests.conftest import Outbox
from tests.page_client import PageClient
from watch.extensions import db
from watch.groups.service import members
from watch.models import (
    Audience,
    AuditEntry,
    Channel,
    Language,
    Membership,
    Notice,
    OutboxRow,
    OutboxState,
    Worker,
    utcnow,
)
from watch.notices.queries import Target
from watch.notices.service import Draft, send, stop_sending


def sent_by(scene: Scene, title: str = "Ny lampa") -> Notice:
    """Amina's notice to the group: four mails wait, one household gets it on paper."""
    notice = send(
        Target(Audience.GROUP, scene.group),
        Draft({Language.SWEDISH: (title, "På plats.")}, title),
        by=scene.amina,
    )
    db.session.commit()
    return notice


def by_state(outbox: Outbox) -> dict[str, int]:
    """Return the number of rows in each state."""
    found: dict[str, int] = {}
    for row in outbox.rows():
        found[row.state.value] = found.get(row.state.value, 0) + 1
    return found


def test_what_waits_is_stopped_after_being_asked_once_more(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    notice = sent_by(scene)
    first = outbox.rows()[0]
    first.state, first.next_at, first.settled_at = OutboxState.SENT, None, utcnow()
    db.session.commit()
    asked = client.get(f"/notices/{notice.id}/report", as_=scene.amina).click("Stoppa mejlen som väntar")
    assert "Så många väntar: 3." in asked.text
    report = asked.press("Stoppa mejlen som väntar").follow()
    assert report.flashes == [("done", "Stoppade mejl: 3.")]
    assert by_state(outbox) == {"sent": 1, "cancelled": 3, "to_print": 1}
    assert "Stoppa mejlen som väntar" not in report.links
    noted = select(AuditEntry.by_id).where(AuditEntry.what == "notice-stopped")
    assert db.session.scalar(noted) == scene.amina.id


def test_what_is_being_sent_is_told_apart_from_what_was_stopped(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    notice = sent_by(scene)
    claimed = outbox.rows()[0]
    claimed.state, claimed.next_at, claimed.lease_owner = OutboxState.SENDING, None, "here#0"
    claimed.lease_token, claimed.lease_until = "x", utcnow() + timedelta(minutes=5)
    db.session.commit()
    asked = client.get(f"/notices/{notice.id}/stop", as_=scene.amina)
    assert "Så många väntar: 3." in asked.text
    report = asked.press("Stoppa mejlen som väntar").follow()
    assert report.flashes == [("done", "Stoppade mejl: 3. Redan på väg, går inte att stoppa: 1.")]
    assert by_state(outbox) == {"sending": 1, "cancelled": 3, "to_print": 1}
    assert "Så många är på väg just nu: 1." in report.text
    assert ("Väntar 1" in report.text, "På väg just nu 1" in report.text) == (False, True)
    assert "Stoppa mejlen som väntar" not in report.links
    again = client.get(f"/notices/{notice.id}/stop", as_=scene.amina).follow()
    assert again.flashes == [("info", "Mejlen som väntade är redan stoppade.")]


def test_how_many_were_stopped_in_an_area_is_not_told_where_few(client: PageClient, scene: Scene) -> None:
    notice = send(
        Target(Audience.AREA_MEMBERS, area=scene.group.area),
        Draft({Language.SWEDISH: ("Ny lampa", "På plats.")}, "x"),
        by=scene.gun,
    )
    db.session.commit()
    report = client.post(f"/notices/{notice.id}/stop", as_=scene.gun).follow()
    assert report.flashes == [("done", "Stoppade mejl: färre än 5.")]


def test_stopped_twice_or_too_late_it_says_which(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    notice = sent_by(scene)
    stop = f"/notices/{notice.id}/stop"
    client.post(stop, as_=scene.amina).follow()
    stopped = [("info", "Mejlen som väntade är redan stoppade.")]
    assert client.post(stop, as_=scene.amina).follow().flashes == stopped
    assert client.get(stop, as_=scene.amina).follow().flashes == stopped
    late = sent_by(scene, "Ny lampa i källaren")
    for row in outbox.rows():
        if row.mailing.notice_id == late.id and row.channel is Channel.MAIL:
            row.state, row.next_at, row.settled_at = OutboxState.SENT, None, utcnow()
    db.session.commit()
    nothing = [("info", "Inget går att stoppa: alla mejl har redan gått iväg eller är på väg just nu.")]
    late_stop = f"/notices/{late.id}/stop"
    assert client.post(late_stop, as_=scene.amina).follow().flashes == nothing
    assert client.get(late_stop, as_=scene.amina).follow().flashes == nothing


def test_stopped_nobody_is_said_to_bring_it_on_paper(client: PageClient, scene: Scene) -> None:
    whole_area = Target(Audience.AREA_MEMBERS, area=scene.group.area)
    notice = send(whole_area, Draft({Language.SWEDISH: ("Ny lampa", "På plats.")}, "x"), by=scene.gun)
    db.session.commit()
    to_bring = "Kontaktombuden ser vilka. De får mejl om det"
    asked = client.get(f"/notices/{notice.id}/stop", as_=scene.gun)
    assert to_bring in client.get(f"/notices/{notice.id}/report", as_=scene.gun).text
    assert "Papper som inte är lämnade än tas bort ur listan över det som ska lämnas." in asked.text
    stopped = asked.press("Stoppa mejlen som väntar").follow()
    assert "Ingen blir heller ombedd att lämna det på papper." in stopped.text
    assert to_bring not in stopped.text


def test_another_notice_goes_on(client: PageClient, scene: Scene, outbox: Outbox) -> None:
    notice, other = sent_by(scene), sent_by(scene)
    client.post(f"/notices/{notice.id}/stop", as_=scene.amina)
    waiting = {row.mailing.notice_id for row in outbox.rows() if row.state is OutboxState.QUEUED}
    assert waiting == {other.id}


def test_the_report_says_how_fast_it_goes_and_when_it_ends(client: PageClient, scene: Scene) -> None:
    notice = sent_by(scene)
    assert "i minuten" not in client.get(f"/notices/{notice.id}/report", as_=scene.amina).text
    db.session.add(Worker(owner="here#0", per_minute=2, last_sent_at=utcnow()))
    db.session.add(Worker(owner="gone#0", per_minute=900, seen_at=utcnow() - timedelta(hours=1)))
    db.session.commit()
    text = client.get(f"/notices/{notice.id}/report", as_=scene.amina).text
    assert "i minuten" not in text  # the worker had nothing to do for most of the measured time
    waits = update(OutboxRow).where(OutboxRow.next_at.is_not(None))
    db.session.execute(waits.values(next_at=utcnow() - timedelta(minutes=1)))
    db.session.commit()
    text = client.get(f"/notices/{notice.id}/report", as_=scene.amina).text
    assert "Ungefär 2 mejl i minuten går ut. Allt har gått iväg omkring kl. " in text


def test_a_sender_is_told_when_nothing_has_gone_out_for_ten_minutes(client: PageClient, scene: Scene) -> None:
    sent_by(scene)
    pages = (f"/groups/{scene.group.id}/notices", f"/groups/{scene.group.id}/notices/new",
             f"/groups/{scene.group.id}/meetings/new")  # fmt: skip
    warning = "Inget mejl har gått ut på minst tio minuter."
    assert [warning in client.get(page, as_=scene.amina).text for page in pages] == [False] * 3
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.next_at.is_not(None))
        .values(next_at=utcnow() - timedelta(minutes=11))
    )
    db.session.commit()
    assert [warning in client.get(page, as_=scene.amina).text for page in pages] == [True] * 3
    assert warning not in client.get(pages[0], as_=scene.carin).text
    db.session.add(Worker(owner="here#0", last_sent_at=utcnow() - timedelta(minutes=9)))
    db.session.commit()
    assert [warning in client.get(page, as_=scene.amina).text for page in pages] == [False] * 3


def test_the_report_says_why_to_who_may_count_them(client: PageClient, scene: Scene) -> None:
    sent = sent_by(scene)
    carin = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    members.leave(carin, by=scene.carin)
    stop_sending(sent, by=scene.amina)
    db.session.commit()
    report = f"/notices/{sent.id}/report"
    text = client.get(report, as_=scene.amina).text
    assert "Varav stoppade 3 Varav har lämnat gruppen eller sagt nej till mejl 1" in text
    assert "Varav har en adress" not in text
    assert "Varav" not in client.get(report, as_=scene.bengt).text  # of one stairwell
