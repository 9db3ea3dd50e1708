"""Checks that the database requires a consent with a text, before the membership; and its receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.cast import Scene
from tests.factories import make_contact
from tests.page_client import PageClient
from tests.pages_of_paper import pages_of, words_on
from watch.extensions import db
from watch.groups.labels import CONSENT_CHANNELS, CONSENTS
from watch.groups.service.members import CONSENT_VERSION
from watch.models import AuditEntry, ConsentChannel, ContactRole, JoinRequest, Language, Membership


def of_elsa(scene: Scene) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person == scene.elsa)).one()


@pytest.mark.parametrize("wrong", ["no text", "too late", "no channel"])
def test_nobody_takes_part_without_having_said_yes_before(scene: Scene, wrong: str) -> None:
    membership = of_elsa(scene)
    if wrong == "no text":
        membership.consent_version = ""
    elif wrong == "too late":
        membership.consent_at = membership.joined_at + timedelta(seconds=1)
    else:
        membership.consent_channel = None
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_nobody_asks_without_a_text(scene: Scene) -> None:
    db.session.scalars(select(JoinRequest)).one().consent_version = ""
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_every_version_has_its_text_and_every_channel_its_word() -> None:
    assert CONSENT_VERSION in CONSENTS
    assert set(CONSENT_CHANNELS) == set(ConsentChannel)


@pytest.mark.parametrize(
    ("language", "pages"),
    [(Language.SWEDISH, 1), (Language.ENGLISH, 2), (Language.ARABIC, 2), (Language.SOMALI, 2)],
)
def test_the_receipt_says_to_what_when_how_and_how_to_leave(
    client: PageClient, scene: Scene, language: Language, pages: int
) -> None:
    scene.elsa.language = language
    membership = of_elsa(scene)
    answer = client.get(f"/memberships/{membership.id}/receipt", as_=scene.bengt).response
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert b"/MarkInfo" in answer.data or b"pdfuaid" in answer.data
    papers = pages_of(answer.data)
    assert len(papers) == pages
    swedish = " ".join(words_on(papers[-1]).split())
    for words in (
        "Elsa Björkgård", "Våglängdsgatan 3, 1001", "vid dörren", "2026-1",
        "Jag vill vara med i grannsamverkan i mitt hus.", "Säg till ett kontaktombud i huset.",
        "Det tas bort 30 dagar efter", "Exempelkommunen", "114 14",
    ):  # fmt: skip
        assert words in swedish, swedish
    others = [scene.carin.name, scene.bengt.name, scene.amina.name, "1102", "1002"]
    assert [each for paper in papers for each in others if each in words_on(paper)] == []
    traces = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "receipt-printed")).all()
    assert [(each.by_id, each.about_id) for each in traces] == [(scene.bengt.id, membership.id)]


@pytest.mark.parametrize("language", [Language.SWEDISH, Language.ARABIC])
def test_the_receipt_names_whoever_shows_their_name_and_the_groups_contact(
    client: PageClient, scene: Scene, language: Language
) -> None:
    """Port 1 has no coordinator of its own, so the lead is named, and not Bengt of stairwell 3."""
    scene.amina.shows_name = scene.bengt.shows_name = True
    make_contact(ContactRole.GROUP, "Husmötet", scene.group, phone="+46337000001")
    make_contact(ContactRole.POLICE, "Kommunpolisen", scene.group.area, phone="+46337000002")
    scene.dawit.language = language
    membership = db.session.scalars(select(Membership).where(Membership.person == scene.dawit)).one()

    def receipt() -> str:
        answer = client.get(f"/memberships/{membership.id}/receipt", as_=scene.amina).response
        papers = pages_of(answer.data)
        assert len(papers) == len({language, Language.SWEDISH})
        return " ".join(words_on(papers[-1]).split())

    said = receipt()
    assert "Säg till Amina Yusuf, kontaktombud." in said
    assert "ringa Husmötet" in said
    for hidden in (scene.bengt.name, "Kommunpolisen", "070"):
        assert hidden not in said
    scene.amina.shows_phone = True
    assert "070" in receipt()


def test_who_has_left_gets_no_receipt(client: PageClient, scene: Scene) -> None:
    membership = of_elsa(scene)
    membership.left_at = membership.joined_at
    assert client.get(f"/memberships/{membership.id}/receipt", as_=scene.bengt).status == 404


def test_the_flats_page_says_when_and_how_and_offers_the_receipt(client: PageClient, scene: Scene) -> None:
    membership = of_elsa(scene)
    assert membership.household
    page = client.get(f"/flats/{membership.household.flat_id}", as_=scene.bengt)
    assert "vid dörren. Samtyckestext 2026-1." in page.text
    assert page.links["Kvitto på papper Elsa Björkgård"] == f"/memberships/{membership.id}/receipt"
