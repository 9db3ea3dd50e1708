"""Checks that a group's coordinators can take no more messages from a neighbour, and again."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import flat_of, make_coordinator, make_member, make_person, store
from tests.messages.test_writing import ALL, NEAR, QUESTION, link_to, page_of
from tests.page_client import BASE, Page, PageClient
from tests.retention.nights import erase_all
from watch.accounts.service.signing_in import mark_of, sign_out_everywhere
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.groups.service import members
from watch.messages.queries.writing import is_stopped
from watch.models import AuditEntry, ContactMessage, StoppedWriter, utcnow
from watch.records.service import merging

STOP, AGAIN = "Ta inte emot fler", "Ta emot meddelanden igen"
ELSEWHERE = "Vänd dig hit i stället"
SURE = {"sure": "y"}


def stop_carin(client: PageClient, scene: Scene) -> Page:
    """Carin writes to Bengt, who takes no more messages from her, by the link of the mail."""
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    return client.get(link_to(scene.bengt), as_=scene.bengt).press(STOP, SURE).follow()


def test_a_stopped_writer_is_led_to_others_and_nothing_is_sent(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    form = page_of(client, scene, scene.carin)
    done = stop_carin(client, scene)
    assert done.flashes == [("done", "Ni får inga fler meddelanden från den här grannen.")]
    assert STOP not in done.buttons
    page = page_of(client, scene, scene.carin)
    assert ELSEWHERE in page.text
    assert page.links["Kontakter"] == f"/groups/{scene.group.id}/contacts"
    assert [each for each in page.buttons if each.startswith("Skicka")] == []
    assert QUESTION in page.text, "what she has written stays hers"
    refused = form.press(ALL, {"text": "Hallå?"})
    assert (refused.status, refused.errors) == (
        422, ["Det går inte att skicka härifrån. Vänd dig till dem som står under Kontakter."],
    )  # fmt: skip
    assert "Hallå?" in refused.html
    assert "Bengt" not in refused.html
    assert outbox.names() == ["neighbour-wrote"]
    assert [each for each in page_of(client, scene, scene.elsa).buttons if each.startswith("Skicka")]


def test_a_stopped_writer_cannot_answer_by_mail_either(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    bengts = link_to(scene.bengt)
    client.get(bengts, as_=scene.bengt).press("Skicka svaret", {"text": "På torsdag."})
    carins = link_to(scene.carin)
    form = client.get(carins)
    client.get(bengts, as_=scene.bengt).press(STOP, SURE)
    page = client.get(carins)
    assert ELSEWHERE in page.text
    assert page.links["Kontakter"] == "/contacts"
    assert "Skicka svaret" not in page.buttons
    refused = form.press("Skicka svaret", {"text": "Nej!"})
    assert (refused.status, len(refused.errors), "Nej!" in refused.html) == (422, 1, True)
    assert outbox.names() == ["neighbour-wrote", "message-answered"]
    assert "Skicka svaret" in client.get(bengts, as_=scene.bengt).buttons, "the coordinator may still answer"


def test_another_coordinator_takes_it_back_and_reads_no_name_of_other_stairwells(
    client: PageClient, scene: Scene
) -> None:
    make_coordinator(scene.dawit, scene.group, stairwells=[scene.stairwell_1])
    scene.dawit.language = scene.bengt.language
    db.session.commit()
    stop_carin(client, scene)
    for person, is_named in ((scene.amina, True), (scene.bengt, True), (scene.dawit, False)):
        page = page_of(client, scene, person)
        stopped = page.html.partition('id="stopped"')[2].partition("</ul>")[0]
        assert ("Carin" in stopped, "En granne" in stopped) == (is_named, not is_named)
    assert "Grannar som inte kan skriva till er" not in page_of(client, scene, scene.elsa).text
    (button,) = (each for each in page.buttons if each.startswith(AGAIN))
    for _twice in range(2):
        assert page.press(button).follow().flashes == [("done", "Grannen kan skriva till er igen.")]
    assert page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION}).status == 303
    noted = select(AuditEntry.what, AuditEntry.by_id).where(AuditEntry.what.like("writer-%"))
    assert [tuple(row) for row in db.session.execute(noted.order_by(AuditEntry.id))] == [
        ("writer-stopped", scene.bengt.id), ("writer-taken-back", scene.dawit.id),
    ]  # fmt: skip


def test_another_groups_stopped_writer_is_not_found(client: PageClient, scene: Scene) -> None:
    theirs = store(StoppedWriter(group_id=scene.other_group.id, person_id=scene.ivan.id))
    db.session.commit()
    address = f"/groups/{scene.group.id}/messages/writers/{theirs.id}/take-back"
    assert client.post(address, as_=scene.amina).status == 404
    assert db.session.scalar(select(func.count(StoppedWriter.id))) == 1


def test_programs_that_press_stop_nobody_and_twice_is_once(client: PageClient, scene: Scene) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    page = client.get(link_to(scene.bengt), as_=scene.bengt)
    assert "Kryssa i rutan" in page.press(STOP).follow().flashes[0][1]
    assert db.session.scalar(select(func.count(StoppedWriter.id))) == 0
    for _twice in range(2):
        assert page.press(STOP, SURE).status == 303
    assert db.session.scalar(select(func.count(StoppedWriter.id))) == 1
    noted = select(func.count(AuditEntry.id)).where(AuditEntry.what == "writer-stopped")
    assert db.session.scalar(noted) == 1


def test_whoever_got_a_coordinators_mail_forwarded_speaks_for_nobody(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    link, before = link_to(scene.bengt), len(outbox.rows())
    for reader in (None, scene.carin):
        shown = client.get(link, as_=reader)
        assert (QUESTION in shown.text, STOP in shown.buttons, "Skicka svaret" in shown.buttons) == (
            True, False, False,
        )  # fmt: skip
        assert shown.links["Logga in"] == f"/login?next={link}"
        refused = client.post(link, {"text": "Kom inte hit mer."}, as_=reader)
        assert (refused.status, "Kom inte hit mer." in refused.html) == (401, True)
        assert client.post(f"{link}/stop-writer", SURE, as_=reader).status == 401
    assert (len(outbox.rows()), db.session.scalar(select(func.count(StoppedWriter.id)))) == (before, 0)
    assert "Skicka svaret" in client.get(link, as_=scene.bengt).buttons


def test_a_lost_phone_answers_no_more_once_it_is_signed_out_from_elsewhere(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    """Its browser still knows who signed in there, and the mails lie on it."""
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    link, before = link_to(scene.bengt), len(outbox.rows())
    with client.browser(scene.bengt).session_transaction(base_url=BASE) as session:
        session["address"] = mark_of("bengt@example.org")
    typed = client.get(link, as_=scene.bengt)
    sign_out_everywhere(scene.bengt)
    assert typed.press("Skicka svaret", {"text": "Kom inte hit mer."}).status == 401
    assert "Skicka svaret" not in client.get(link, as_=scene.bengt).buttons
    assert len(outbox.rows()) == before


def test_a_coordinator_is_not_stopped_by_members_or_colleagues(client: PageClient, scene: Scene) -> None:
    page_of(client, scene, scene.carin).press(NEAR, {"text": QUESTION})
    client.get(link_to(scene.bengt), as_=scene.bengt).press("Skicka svaret", {"text": "På torsdag."})
    to_member = link_to(scene.carin)
    page_of(client, scene, scene.amina).press("Skicka till 1 kontaktombud", {"text": QUESTION})
    for link, reader in ((to_member, None), (link_to(scene.bengt), scene.bengt)):
        assert STOP not in client.get(link, as_=reader).buttons
        refused = client.post(f"{link}/stop-writer", SURE, as_=reader).follow()
        assert refused.flashes == [
            ("warn", "Det går bara att säga nej till grannar, inte till kontaktombud.")
        ]
    assert db.session.scalar(select(func.count(StoppedWriter.id))) == 0


def test_whoever_becomes_coordinator_writes_again_and_another_group_is_not_concerned(
    client: PageClient, scene: Scene
) -> None:
    stop_carin(client, scene)
    assert is_stopped(scene.carin, scene.group)
    assert not is_stopped(scene.carin, scene.other_group)
    make_coordinator(scene.carin, scene.group)
    db.session.commit()
    assert not is_stopped(scene.carin, scene.group)


def test_the_stop_goes_with_the_membership_and_not_before(client: PageClient, scene: Scene) -> None:
    stop_carin(client, scene)
    with time_machine.travel(utcnow() + timedelta(days=40)):
        erase_all()
    assert db.session.scalar(select(func.count(ContactMessage.id))) == 0
    assert is_stopped(scene.carin, scene.group), "longer than the message"
    membership = active_membership(scene.carin, scene.group)
    assert membership
    members.leave(membership, by=scene.carin)
    db.session.commit()
    with time_machine.travel(utcnow() + timedelta(days=31)):
        erase_all()
    assert db.session.scalar(select(func.count(StoppedWriter.id))) == 0


def test_a_merged_record_stays_stopped(scene: Scene) -> None:
    lost = make_member(make_person("Carin Ö"), scene.group, flat_of(scene.stairwell_3, "1003"))
    store(StoppedWriter(group_id=scene.group.id, person_id=lost.person_id))
    kept = active_membership(scene.carin, scene.group)
    assert kept
    db.session.commit()
    merging.merge(kept, lost, name="Carin Öberg", flat=None, by=scene.amina)
    db.session.commit()
    assert is_stopped(scene.carin, scene.group)
