"""Checks that a person's own data holds everything about them, and nothing of anybody else."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Enum as SqlEnum
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import (
    flat_of,
    make_finding,
    make_interest,
    make_invitation,
    make_letter,
    make_meeting,
    make_member,
    make_notice,
    make_person,
    make_request,
    store,
)
from tests.page_client import PageClient
from watch import audit, language
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.mail import outbox as mails
from watch.meetings.mails import MEETING_CALLED
from watch.models import (
    Answer,
    AuditEntry,
    ContactMessage,
    Coordinator,
    InvitationState,
    Language,
    Level,
    Mailing,
    Meeting,
    MeetingAnswer,
    MessageAudience,
    Model,
    Person,
    RequestState,
    SignIn,
    utcnow,
)
from watch.notices.mails import NOTICE
from watch.retention import queries
from watch.retention.labels import COLUMNS, TABLES, VALUES


def held(client: PageClient, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Download somebody's data, and return its rows by table."""
    file = client.get("/me/data.json", as_=person)
    assert file.response.mimetype == "application/json"
    assert file.response.headers["Cache-Control"] == "no-store"
    assert file.response.headers["Content-Disposition"] == 'attachment; filename="grannsamverkan.json"'
    return {part["table"]: part["rows"] for part in json.loads(file.response.text)["data"]}


@pytest.fixture
def carins_life(scene: Scene) -> Scene:
    """Carin has done what a member can, in the company of others whose names and words must not leak."""
    meeting = make_meeting(scene.group, place="Hemma hos Ingegerd", by=scene.amina)
    store(MeetingAnswer(meeting=meeting, person=scene.carin, answer=Answer.YES, people=2))
    store(MeetingAnswer(meeting=meeting, person=scene.dawit, answer=Answer.NO, people=1))
    for sender, text in ((scene.carin, "När är träffen?"), (scene.amina, "Hemligt svar")):
        to = MessageAudience.COORDINATORS if sender is scene.carin else MessageAudience.MEMBER
        first = db.session.scalar(select(ContactMessage.id))
        store(
            ContactMessage(
                audience=to, group=scene.group, sender=sender, text=text, written_as=sender.name,
                answers_id=first,
            )
        )  # fmt: skip
    mate = make_person("Pelle Svensson", "pelle@example.org", phone="+46701740699")
    make_member(mate, scene.group, flat_of(scene.stairwell_3, "1102"))
    request = make_request(scene.carin, scene.other_group, scene.stairwell_1, state=RequestState.DECLINED)
    request.decided_by_id, request.reason = scene.ivan.id, "Du bor inte här"
    make_interest(scene.carin, scene.langgatan)
    make_invitation(scene.other_group, "carin@example.org", by=scene.ivan)
    make_invitation(scene.group, "lova@example.org", by=scene.bengt)
    mails.queue(MEETING_CALLED, to=scene.carin, about=meeting)
    store(SignIn(id="carins", person=scene.carin, device="Firefox/Linux"))
    db.session.commit()
    return scene


def test_everything_about_a_person_is_in_the_file(client: PageClient, carins_life: Scene) -> None:
    scene = carins_life
    data = held(client, scene.carin)
    assert {*data} == {
        "person", "mailbox", "membership", "household", "join_request", "interest", "invitation",
        "meeting_answer", "contact_message", "outbox_row", "sign_in",
    }  # fmt: skip
    (person,) = data["person"]
    assert (person["name"], person["mailbox"], person["phone"], person["shows_name"]) == (
        "Carin Öberg", "carin@example.org", scene.carin.phone, True,
    )  # fmt: skip
    assert [row["flat"] for row in data["household"]] == ["Våglängdsgatan 3, 1102"]
    assert [(row["answer"], row["people"]) for row in data["meeting_answer"]] == [("yes", 2)]
    assert [row["text"] for row in data["contact_message"]] == ["När är träffen?"]
    assert [row["reason"] for row in data["join_request"]] == ["Du bor inte här"]
    assert [row["mailing"] for row in data["outbox_row"]] == ["meeting-called"]
    assert len(data["invitation"]) == 1


def test_mails_stand_on_the_page_with_their_subjects_in_the_readers_language(
    client: PageClient, carins_life: Scene
) -> None:
    scene = carins_life
    meeting, notice = db.session.scalars(select(Meeting)).one(), make_notice(scene.group, by=scene.amina)
    notice.level = Level.URGENT
    mails.queue(NOTICE, to=scene.carin, about=notice)
    db.session.commit()
    day = language.local(meeting.starts_at)
    said = client.get("/me/data", as_=scene.carin).text
    assert "Ämne Brådskande meddelande till dig" in said
    assert f"Ämne Välkommen på träff {day.day} " in said
    scene.carin.language = Language.ENGLISH
    db.session.scalars(select(Mailing).where(Mailing.notice == notice)).one().kind = "forgotten"
    db.session.commit()
    said = client.get("/me/data", as_=scene.carin).text
    assert ("Subject Welcome to a gathering on" in said, "Subject forgotten" in said) == (True, True)


def test_nothing_of_anybody_else_is_in_it(client: PageClient, carins_life: Scene) -> None:
    """Neither who lives with her, who invited, answered or refused her, nor what they wrote."""
    scene = carins_life
    for path in ("/me/data.json", "/me/data"):
        text = client.get(path, as_=scene.carin).response.text
        said = text.partition("<main")[2] or text
        assert "Carin" in said
        others = [scene.amina, scene.bengt, scene.dawit, scene.ivan, scene.elsa]
        names = [word for each in others for word in each.name.split()]
        hidden = [*names, "Pelle", "Svensson", "pelle@", "+46701740699", "lova@", "Hemligt", "Ingegerd"]
        assert [each for each in hidden if each in said] == []
        assert [each for each in ("by_id", "nonce", "address_index") if each in said] == []


def test_of_a_shared_mailbox_an_invitation_is_nobodys_own(
    client: PageClient, carins_life: Scene, carins_husband: Person
) -> None:
    assert "invitation" not in held(client, carins_life.carin)
    assert "Pär" not in client.get("/me/data.json", as_=carins_life.carin).response.text


def test_what_a_coordinator_did_is_theirs_and_whom_they_did_it_to_is_not(
    client: PageClient, carins_life: Scene
) -> None:
    scene = carins_life
    make_notice(scene.group, "Ny lampa", "I cykelrummet.", by=scene.amina)
    scene.dawit.name = "Dawit Tesfaye"
    db.session.commit()
    client.get(f"/groups/{scene.group.id}/members", as_=scene.amina)
    data = held(client, scene.amina)
    assert [row["title"] for row in data["notice_text"]] == ["Ny lampa"]
    assert [row["place"] for row in data["meeting"]] == ["Hemma hos Ingegerd"]
    assert [row["what"] for row in data["audit_entry"]] == ["members-seen"]
    file = client.get("/me/data.json", as_=scene.amina).response.text
    assert [each for each in ("Carin", "Dawit", "Lova", "lova@", "1102") if each in file] == []


def test_an_officer_does_not_learn_by_it_that_a_letter_was_used(client: PageClient, scene: Scene) -> None:
    letter = make_letter(flat_of(scene.stairwell_1, "1103"), scene.group, by=scene.gun)
    letter.used_at = letter.ended_at = utcnow() - timedelta(hours=1)
    db.session.commit()
    data = held(client, scene.gun)
    assert {*data} == {"person", "mailbox", "officer", "sign_in"}
    assert [row["area"] for row in data["officer"]] == ["Hässleholmen", "Norrby"]


def test_that_somebody_looked_is_told_and_not_who(client: PageClient, scene: Scene) -> None:
    membership = active_membership(scene.carin, scene.group)
    assert membership
    client.get(f"/memberships/{membership.id}/record", as_=scene.amina)
    data = held(client, scene.carin)
    assert [row["what"] for row in data["audit_entry"]] == ["members-seen"]
    assert {*data["audit_entry"][0]} <= {"at", "what", "about_kind"}


def test_a_coordinator_reads_that_their_details_were_shown(client: PageClient, scene: Scene) -> None:
    """To an officer, say: of the coordinator's appointment, and of nobody else's."""
    appointed = {each.person_id: each for each in db.session.scalars(select(Coordinator))}
    for whose in (scene.amina, scene.bengt):
        audit.note("coordinator-details-seen", about=appointed[whose.id], by=scene.gun, group=scene.group)
    db.session.commit()
    assert [row["what"] for row in held(client, scene.bengt)["audit_entry"]] == ["coordinator-details-seen"]
    page = client.get("/me/data", as_=scene.bengt)
    assert page.text.count("Ett kontaktombuds e-postadress och telefon visades") == 1
    assert "Gun" not in page.text


def test_the_download_is_recorded_and_the_page_is_not(client: PageClient, scene: Scene) -> None:
    page = client.get("/me/settings", as_=scene.carin).click("Mina uppgifter")
    assert "Våglängdsgatan 3, 1102" in page.text
    assert "signed-in" not in page.text
    done = select(AuditEntry.what, AuditEntry.by_id, AuditEntry.about_id)
    assert db.session.execute(done).all() == []
    client.get(page.links["Ladda ner mina uppgifter"], as_=scene.carin)
    assert [tuple(each) for each in db.session.execute(done)] == [
        ("own-data-downloaded", scene.carin.id, scene.carin.id)
    ]


def test_the_page_is_in_the_readers_language(client: PageClient, carins_life: Scene) -> None:
    dawit = client.get("/me/data", as_=carins_life.dawit)
    assert (dawit.tree.get("dir"), "العربية" in dawit.text) == ("rtl", True)


def test_every_table_with_personal_data_is_read_or_says_why_not() -> None:
    personal = {
        table.name for table in db.metadata.sorted_tables for c in table.columns if "personal" in c.info
    }
    assert personal - queries.tables_read() - queries.LEFT_OUT.keys() - {"letter", "knock"} == set()
    assert queries.LEFT_OUT.keys() & queries.tables_read() == set()


def test_every_column_that_names_who_did_something_is_decided_about() -> None:
    """A new table with a `by_id` is either the doer's own act, or somebody else's row."""
    doers = {
        table.name
        for table in db.metadata.sorted_tables
        for column in table.columns
        if "person" in {key.column.table.name for key in column.foreign_keys}
        and column.name not in queries.ABOUT
    }
    assert doers == queries.OWN_ACTS | queries.OTHERS_ROWS.keys()
    assert queries.OWN_ACTS & queries.OTHERS_ROWS.keys() == set()


def test_a_new_column_is_in_it_by_itself_and_a_secret_is_not() -> None:
    """Of a row about somebody every column is shown but keys, files, and the numbers of others' rows."""
    hidden = {
        f"{table.name}.{column.name}"
        for table, _owner, is_about in queries.owned()
        if is_about
        for column in set(table.columns) - set(queries.shown(table, is_about=True))
        if not column.primary_key and column.name not in {"nonce", *queries.ABOUT}
    }
    assert hidden == {
        "address_change.browser_index", "address_verification.membership_id", "contact_message.answers_id",
        "contact_message.form_key", "coordinator.appointed_by_id", "join_request.asked_index",
        "join_request.decided_by_id", "join_request.invitation_id", "join_request.letter_id",
        "meeting_answer.by_id", "meeting_press.link_id", "membership.admitted_by_id",
        "outbox_row.lease_owner", "outbox_row.lease_token",
        "sign_in_link.browser_index", "trial_mail.content_index",
    }  # fmt: skip


def test_the_page_has_a_word_for_every_value_that_it_shows() -> None:
    """A state that is new in the code would be shown by its English name."""
    shown = {
        column.type.enum_class
        for name in TABLES
        for column in Model.metadata.tables[name].columns
        if isinstance(column.type, SqlEnum) and column.name in COLUMNS
    } - {Language}
    assert {kind: [each for each in kind if each not in VALUES.get(kind, {})] for kind in shown} == {
        kind: [] for kind in shown
    }
    assert InvitationState in shown


def test_the_page_names_each_finding_that_is_followed(client: PageClient, scene: Scene) -> None:
    finding = make_finding(scene.group, "Lampan vid källartrappan är släckt.")
    client.get(f"/findings/{finding.id}", as_=scene.carin).press("Jag vill veta hur det går")
    page = client.get("/me/data", as_=scene.carin)
    assert "Åtgärder som du följer" in page.text
    assert "Lampan vid källartrappan är släckt." in page.text
    assert "Åtgärder som du följer" not in client.get("/me/data", as_=scene.dawit).text
