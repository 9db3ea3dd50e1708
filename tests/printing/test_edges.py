"""Checks that every sheet has all its words on the paper, also with long names of partners."""

from __future__ import annotations

import pytest
from flask import current_app

from tests.cast import Scene
from tests.factories import flat_of, make_contact, make_letter, make_meeting, make_notice, store
from tests.page_client import PageClient
from tests.pages_of_paper import cut_off, pages_of, words_on
from watch.extensions import db
from watch.groups.queries.members import active_membership
from watch.models import ContactRole, Language, NoticeText, PublishedNotes
from watch.printing.letter_pages import pages_of as letter_pages
from watch.printing.letter_pages import pdf_of

TIPS = "Pågående brott: ring 112. Tips: 114 14 eller polisen.se."
PHONES = {
    Language.SWEDISH: TIPS,
    Language.ENGLISH: "Crime in progress: call 112. Tips: 114 14 or polisen.se.",
    Language.SOMALI: "Dambi hadda socda: wac 112. Xog: 114 14 ama polisen.se.",
}
LONG = "Stadsdelsförvaltningen Öster i Borås stad"
LINK = "https://video.example.org/" + "r" * 180


@pytest.fixture(params=["usual", "long"])
def partners(request: pytest.FixtureRequest, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> str:
    """Partners whose names fit on a line, or take several."""
    make_contact(ContactRole.POLICE, "Polisen", scene.group.area, phone="+4633123456")
    if request.param == "long":
        monkeypatch.setitem(current_app.config, "MUNICIPALITY", LONG)
        monkeypatch.setitem(current_app.config, "POLICE", f"{LONG} vid Polisregion Väst")
        scene.house.property.landlord.name = f"{LONG} Fastighetsbolag"[:120]
    db.session.commit()
    return str(request.param)


def expect_whole(pdf: bytes, *, says: str = TIPS) -> list[str]:
    """Check every page, and return its words."""
    pages = pages_of(pdf)
    for page in pages:
        assert cut_off(page) == ""
        assert says in " ".join(words_on(page).split())
    return [" ".join(words_on(page).split()) for page in pages]


@pytest.mark.usefixtures("partners")
def test_a_meeting_and_its_notes(client: PageClient, scene: Scene) -> None:
    meeting = make_meeting(scene.group, place="Tvättstugan", by=scene.bengt)
    meeting.link, meeting.about = LINK, "Vi ses.\n" * 40
    db.session.commit()
    sheet = client.get(f"/meetings/{meeting.id}/sheet.pdf", as_=scene.bengt).response.data
    expect_whole(sheet)
    assert "video.example" not in " ".join(map(words_on, pages_of(sheet))), "whoever passes could join"
    assert "Länken står i mejlet" in " ".join(words_on(pages_of(sheet)[-1]).split())
    lines = f"## Kort sagt\n\nLampan är trasig. {LINK}\n" + "Vi städar.\n\n" * 60
    store(PublishedNotes(meeting_id=meeting.id, text=lines, by_id=scene.bengt.id))
    db.session.commit()
    notes = client.get(f"/meetings/{meeting.id}/notes/sheet.pdf", as_=scene.bengt).response.data
    assert LINK in "".join(expect_whole(notes)).replace(" ", ""), "what is copied is not the address"
    sign_in = client.get(f"/meetings/{meeting.id}/signin.pdf", as_=scene.bengt).response.data
    expect_whole(sign_in, says="Vi som är här")


@pytest.mark.usefixtures("partners")
@pytest.mark.parametrize("of_area", [False, True])
def test_a_notice_in_four_languages(client: PageClient, scene: Scene, of_area: bool) -> None:
    where = scene.group.area if of_area else scene.group
    notice = make_notice(where, by=scene.gun if of_area else scene.amina)
    words = "Vi lagar dörren. " * 60
    for each in Language:
        if each is not Language.SWEDISH:
            notice.texts.append(
                NoticeText(language=each, title=f"Grannsamverkansinformationsmöte {LINK}", body=words)
            )
    db.session.commit()
    sheet = client.get(f"/notices/{notice.id}/sheet.pdf", as_=scene.bengt).response.data
    for spoken, words in zip(Language, expect_whole(sheet, says="112"), strict=True):
        at_the_foot = [each for each in PHONES if PHONES[each] in words]
        assert at_the_foot == [each for each in PHONES if each is spoken]


def test_the_preview_shows_every_page(client: PageClient, scene: Scene) -> None:
    new = client.get(f"/groups/{scene.group.id}/notices/new", as_=scene.amina)
    said = {"title": "Dörren", "body": "Vi lagar dörren.\n\n" * 60, "level": "information"}
    page = new.press("Förhandsgranska", said | {"en_title": "The door", "en_body": "We mend the door."})
    shown = [each.get("alt") for each in page.tree.iter("img") if each.get("class") == "sheet"]
    notice = page.press("Skicka till 4 grannar").follow().click("Läs och skriv ut meddelandet")
    pages = pages_of(client.get(f"{notice.path}/sheet.pdf", as_=scene.amina).response.data)
    assert len(pages) > 1
    assert shown == [
        f"A4-papper för anslagstavlan, sida {n} av {len(pages)}." for n in range(1, len(pages) + 1)
    ]


@pytest.mark.usefixtures("partners")
def test_posters_letters_and_receipts(client: PageClient, scene: Scene) -> None:
    expect_whole(client.get(f"/stairwells/{scene.stairwell_3.id}/poster.pdf", as_=scene.bengt).response.data)
    letter = make_letter(flat_of(scene.stairwell_1, "1203"), scene.group, by=scene.amina)
    for languages in ([Language.SWEDISH], list(Language)):
        drawn = pdf_of(letter_pages([letter], languages))
        expect_whole(drawn)
        assert len(pages_of(drawn)) == 1
    for member in (scene.carin, scene.dawit):
        membership = active_membership(member, scene.group)
        assert membership
        receipt = client.get(f"/memberships/{membership.id}/receipt", as_=scene.amina).response.data
        expect_whole(receipt)
