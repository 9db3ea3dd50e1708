"""Checks the notes of a meeting: written, by two at once too, published, corrected, and asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select

from tests.cast import Scene
from tests.conftest import Outbox
from tests.factories import make_meeting, make_person
from tests.mail.letters import links_in
from tests.page_client import Page, PageClient
from tests.pages_of_paper import pages_of, words_on
from watch import clock, jobs, language
from watch.extensions import db
from watch.groups.service import members
from watch.language import STOCKHOLM
from watch.mail.compose import render
from watch.meetings import service
from watch.meetings.markup import first_lines, html_of, paragraphs_of
from watch.meetings.notes_template import first_draft, without_empty_sections
from watch.models import (
    AuditEntry,
    Coordinator,
    Counting,
    Language,
    Mailing,
    Meeting,
    Membership,
    NotesAside,
    NotesDraft,
    NoticeChoice,
    OutboxRow,
    OutboxState,
    Person,
    PublishedNotes,
)

BEGINS = datetime(2026, 10, 7, 18, tzinfo=STOCKHOLM)
AFTERWARDS = BEGINS + timedelta(hours=3)
WRITTEN = "## Kort sagt\n\nLampan i port 3 är trasig.\nVi städar cykelrummet i maj.\nNästa träff är i juni.\n"
TEXT = {"text": WRITTEN}
KEPT = "Det du skrev är sparat. Den andra texten finns också kvar: gör en text av båda."
SAYS_FIVE = "Anteckningarna säger att 5 kom, men antalet som är sparat är 7. Ändra det som är fel."
KIND = "notes-published"
MAIL = {"is_trial": False, "names": "", "change": None, "link": "/x", "unsubscribe": "/u", "base_url": "",
        "partners": "", "controller": "", "language": "sv", "direction": "ltr"}  # fmt: skip


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    with time_machine.travel(AFTERWARDS, tick=True):
        yield


@pytest.fixture
def held(scene: Scene) -> Meeting:
    """A meeting of the group that Amina called and that began three hours ago."""
    with time_machine.travel(BEGINS - timedelta(days=20)):
        plan = service.Plan(scene_kind(), BEGINS, BEGINS + timedelta(hours=1), "Tvättstugan")
        meeting = service.call(service.planned(scene.group, plan), by=scene.amina)
    for row in db.session.scalars(select(OutboxRow)):
        row.state, row.next_at = (OutboxState.SENT, None) if row.mailbox else (OutboxState.HANDED_OUT, None)
    db.session.commit()
    return meeting


def scene_kind() -> Any:
    return make_meeting.__kwdefaults__["kind"]


def write(client: PageClient, meeting: Meeting, by: Person, text: str = WRITTEN) -> Page:
    """Write into the form that this person opens now, and press the button for the preview."""
    page = client.get(f"/meetings/{meeting.id}/notes", as_=by)
    return page.press("Förhandsgranska", {"text": text})


def publish(client: PageClient, meeting: Meeting, by: Person, text: str = WRITTEN) -> Page:
    preview = write(client, meeting, by, text).follow()
    return preview.press(preview.main_actions[0])


def told(outbox: Outbox) -> list[str]:
    """Return who got the notes by mail."""
    return sorted(
        address.partition("@")[0] for kind, address in outbox.addressed() if kind == "notes-published"
    )


def draft() -> str:
    db.session.expire_all()
    return db.session.scalars(select(NotesDraft)).one().text


def beside() -> list[str]:
    """Return the texts that were saved at the same time as the draft."""
    db.session.expire_all()
    return list(db.session.scalars(select(NotesAside.text).order_by(NotesAside.id)))


def test_the_template_knows_who_called_when_and_how_many_came(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    held.counting, held.head_count = Counting.COUNTED, 7
    typed = client.get(f"/meetings/{held.id}/notes", as_=scene.bengt).form()["text"]
    assert typed.split("\n") == [
        "## Kort sagt", "", "",
        "## Träffen", "",
        "- Trapphusträff: onsdag 7 oktober 2026 kl.\u00a018.00–19.00",
        "- Inbjudan kom från huvudkontaktombudet.",
        "- 7 personer kom.", "", "",
        "## Vad är bra?", "", "",
        "## Vad kan bli bättre?", "", "",
        "## Vad kan vi göra tillsammans?", "", "",
        "## Polisen", "", "",
        "## Fastighetsägaren",
    ]  # fmt: skip
    assert "Amina" not in typed


@pytest.mark.parametrize(
    ("spoken", "five"), [(Language.SWEDISH, "- 5 personer kom."), (Language.ENGLISH, "- 5 people came.")]
)
def test_notes_that_say_another_number_than_the_head_count_are_warned_about(
    spoken: Language, five: str, client: PageClient, scene: Scene, held: Meeting
) -> None:
    def is_warned(text: str) -> bool:
        page = write(client, held, scene.amina, text).follow()
        assert draft() == text  # nobody's words are changed
        assert ("Rätta antalet" in page.text) is (SAYS_FIVE in page.text)
        return SAYS_FIVE in page.text

    def count(**typed: str) -> list[tuple[str, str]]:
        return (
            client.get(f"/meetings/{held.id}/count", as_=scene.amina)
            .press("Spara antalet", typed)
            .follow()
            .flashes
        )

    assert count(head_count="5") == [("done", "Antalet är sparat.")]
    db.session.refresh(held)
    with language.speaking(spoken):
        typed = first_draft(held).strip()
    assert five in typed
    assert not is_warned(typed)
    assert count(head_count="7") == [("done", "Antalet är sparat."), ("warn", SAYS_FIVE)]
    assert is_warned(typed)
    assert not is_warned(f"{typed}\n\nDet var 5 personer från port 3.".replace("- 5", "- 7"))

    publish(client, held, scene.amina, typed)
    assert count(head_count="", not_counted="y")[-1] == (
        "warn", "Anteckningarna säger att 5 kom, men det är sparat att ni inte räknade. Ändra det som är fel."
    )  # fmt: skip


def test_an_end_that_nobody_has_said_is_not_made_up(client: PageClient, scene: Scene, held: Meeting) -> None:
    held.is_open_ended = True
    db.session.commit()
    typed = client.get(f"/meetings/{held.id}/notes", as_=scene.bengt).form()["text"]
    assert "- Trapphusträff: onsdag 7 oktober 2026 kl.\u00a018.00\n" in typed


def test_from_draft_to_the_neighbours(
    client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    saved = client.get(f"/meetings/{held.id}/notes", as_=scene.amina).press("Spara utkast", TEXT).follow()
    assert saved.flashes == [("done", "Utkastet är sparat.")]
    assert saved.form()["text"].split() == WRITTEN.split()
    assert "Lampan" not in client.get(f"/meetings/{held.id}", as_=scene.carin).text

    preview = saved.press("Förhandsgranska").follow()
    assert "4 grannar får ett mejl" in preview.text
    assert preview.main_actions == ["Skicka till 4 grannar, 1 hushåll på papper"]
    assert told(outbox) == []
    page = preview.press(preview.main_actions[0]).follow()
    assert page.flashes == [("done", "Anteckningarna är publicerade och på väg.")]
    assert told(outbox) == ["amina", "bengt", "carin", "dawit"]
    for reader in (scene.carin, scene.gun):
        shown = client.get(f"/meetings/{held.id}", as_=reader).text
        assert "Publicerade onsdag 7 oktober 2026" in shown
        assert "Lampan i port 3 är trasig." in shown

    row = next(row for row in outbox.rows() if (row.mailing.kind, row.person) == (KIND, scene.carin))
    (link,) = (each[each.index("/r/") :] for each in links_in(row) if "/r/" in each)
    assert client.get(link, as_=scene.carin).location == f"/meetings/{held.id}"
    with language.speaking(Language.SWEDISH):
        mailed = render(KIND, {**MAIL, "about": held, "group": scene.group, "readers_group": scene.group})
    for line in ("Lampan i port 3 är trasig.", "Vi städar cykelrummet i maj.", "Nästa träff är i juni."):
        assert (line in mailed["text"], line in mailed["html"]) == (True, True)


@pytest.mark.parametrize("spoken", [Language.SWEDISH, Language.ARABIC])
def test_what_the_template_wrote_is_no_line_for_the_absent(
    spoken: Language, client: PageClient, scene: Scene, held: Meeting
) -> None:
    held.counting, held.head_count = Counting.COUNTED, 5
    with language.speaking(spoken):
        typed = first_draft(held)
    begins, rest = typed.split("\n", 1)
    typed = f"{begins}\n\nLampan är trasig.\n{rest}\n\nVi ses i maj.\n"
    publish(client, held, scene.amina, typed)
    published = db.session.scalars(select(PublishedNotes)).one().text.splitlines()
    facts = [line for line in typed.splitlines() if line.startswith("- ")]
    assert (len(facts), set(facts) - set(published)) == (3, set())
    with language.speaking(Language.SWEDISH):
        mailed = render(KIND, {**MAIL, "about": held, "group": scene.group, "readers_group": scene.group})
    after = mailed["text"].split("Var du inte där? Så här börjar de:")[1].split("Läs resten här:")[0]
    assert [line for line in after.split("\n") if line] == ["Lampan är trasig.", "Vi ses i maj."]


def test_who_is_on_paper_gets_paper(client: PageClient, scene: Scene, held: Meeting) -> None:
    publish(client, held, scene.amina)
    assert "1 lägenhet behöver anteckningarna på papper" in client.get("/me", as_=scene.bengt).text
    page = client.get(f"/meetings/{held.id}/notes/paper", as_=scene.bengt)
    assert "1001" in page.text
    ticked = page.press("Alla är lämnade").follow()
    assert "Lägenheten har fått sitt papper." in ticked.text
    assert "behöver anteckningarna" not in client.get("/me", as_=scene.bengt).text
    printed = client.get(f"/meetings/{held.id}/notes/sheet.pdf", as_=scene.carin)
    assert printed.response.mimetype == "application/pdf"
    assert "Lampan i port 3 är trasig." in words_on(pages_of(printed.response.get_data())[0])


def test_the_notes_go_to_whom_the_meeting_was_for_and_who_wants_such_mail(
    client: PageClient, scene: Scene, outbox: Outbox
) -> None:
    meeting = make_meeting(scene.group, starts_at=BEGINS, stairwell=scene.stairwell_3, by=scene.bengt)
    of_carin = db.session.scalars(select(Membership).where(Membership.person_id == scene.carin.id)).one()
    of_carin.notices = NoticeChoice.NOTICES
    page = write(client, meeting, scene.bengt).follow()
    assert "1 granne har valt bort sådana mejl" in page.text
    page.press(page.main_actions[0])
    assert told(outbox) == ["bengt"]
    refused = client.get(f"/meetings/{meeting.id}/notes", as_=scene.carin)
    assert refused.status == 403


def test_two_who_write_at_once_lose_no_word(client: PageClient, scene: Scene, held: Meeting) -> None:
    pages = [client.get(f"/meetings/{held.id}/notes", as_=each) for each in (scene.amina, scene.bengt)]
    pages[0].press("Spara utkast", {"text": "Aminas ord."})
    both = pages[1].press("Spara utkast", {"text": "Bengts ord."}).follow()
    assert both.flashes == [
        ("warn", "Någon annan har skrivit samtidigt. Inget är borta: båda texterna står här.")
    ]
    assert (both.form()["text"].strip(), "Bengts ord." in both.text) == ("Aminas ord.", True)
    later = client.get(f"/meetings/{held.id}/notes", as_=scene.amina)
    assert "Bengts ord." in later.text  # until somebody makes one text of the two
    assert client.get(f"/meetings/{held.id}/notes/preview", as_=scene.amina).status == 303

    later.press("Spara och ta bort den andra texten", {"text": "Aminas och Bengts ord."})
    assert draft() == "Aminas och Bengts ord."
    assert beside() == []
    stale = both.press("Spara utkast", {"text": "Aminas ord, och en rad till."}).follow()
    assert "Aminas ord, och en rad till." in stale.text
    assert draft() == "Aminas och Bengts ord."


@pytest.mark.parametrize("press", ["auto", "save", "preview"])
def test_the_other_text_stays_until_all_of_it_is_in_the_notes_or_somebody_takes_it_away(
    client: PageClient, scene: Scene, held: Meeting, press: str
) -> None:
    address = f"/meetings/{held.id}/notes"
    pages = [client.get(address, as_=each) for each in (scene.amina, scene.bengt)]
    pages[0].press("Spara utkast", {"text": "Aminas ord."})
    both = pages[1].press("Spara utkast", {"text": "Bengts ord.\n\n- En rad till"}).follow()
    typed = both.form() | {"press": press, "text": "Aminas ord. Bengts ord."}
    saved = client.post(address, typed, as_=scene.bengt)
    assert (draft(), beside()) == ("Aminas ord. Bengts ord.", ["Bengts ord.\n\n- En rad till"])
    if press != "auto":
        assert (saved.location, saved.follow().flashes) == (address, [("warn", KEPT)])
    whole = {"text": "Aminas ord.  Bengts ord.\n- En  rad till"}
    typed = client.get(address, as_=scene.bengt).form() | {"press": press} | whole
    client.post(address, typed, as_=scene.bengt)
    assert (draft(), beside()) == (whole["text"], [])


def test_one_press_puts_the_other_text_last(client: PageClient, scene: Scene, held: Meeting) -> None:
    pages = [client.get(f"/meetings/{held.id}/notes", as_=each) for each in (scene.amina, scene.bengt)]
    pages[0].press("Spara utkast", {"text": "Aminas ord."})
    both = pages[1].press("Spara utkast", {"text": "Bengts ord."}).follow()
    for _twice in range(2):
        both.press("Lägg den andra texten sist")
        assert draft() == "Aminas ord.\n\nBengts ord."
        assert beside() == []


def test_a_script_saves_now_and_then_and_tells_of_another_writer(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    address = f"/meetings/{held.id}/notes"
    form = client.get(address, as_=scene.amina).form()
    other = client.get(address, as_=scene.bengt)
    first = client.post(address, form | {"press": "auto", "text": "Lampan"}, as_=scene.amina)
    assert (first.status, first.form()["seen"], draft()) == (200, "1", "Lampan")
    second = client.post(address, first.form() | {"press": "auto", "text": "Lampan är"}, as_=scene.amina)
    assert (second.form()["seen"], draft()) == ("2", "Lampan är")

    for text in ("Dörren", "Dörren går upp"):
        met = client.post(address, other.form() | {"press": "auto", "text": text}, as_=scene.bengt)
        assert "Din text är sparad vid sidan av" in met.text
    assert beside() == ["Dörren går upp"]
    both = other.press("Spara utkast", {"text": "Dörren går upp igen"}).follow()
    assert (both.form()["text"].strip(), "Dörren går upp igen" in both.text) == ("Lampan är", True)


def test_what_a_script_may_not_save_is_said_with_the_reason(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    address = f"/meetings/{held.id}/notes"
    form = client.get(address, as_=scene.bengt).form()
    names = {"text": "Öberg Carin ser till lampan."}
    told = client.post(address, form | names | {"press": "auto"}, as_=scene.bengt)
    assert (told.status, db.session.scalars(select(NotesDraft.text)).all()) == (422, [])
    shown_by_script = told.html.partition('id="saved"')[2]
    assert ("Inte sparat än." in shown_by_script, NAMES in shown_by_script) == (True, True)
    assert told.press("Det är ingen person").follow().flashes == [("done", "Utkastet är sparat.")]
    assert draft() == names["text"]


def test_a_text_shown_again_in_another_language_is_not_called_saved(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    address = f"/meetings/{held.id}/notes"
    form = client.get(address, as_=scene.amina).form()
    begun = client.post(address, form | {"speak": "sv", "text": "Lampan"}, as_=scene.amina)
    assert ("Inget är sparat än." in begun.text, "load, " in begun.html) == (True, False)
    saved = client.post(address, form | {"press": "auto", "text": "Lampan"}, as_=scene.amina)
    same = client.post(address, saved.form() | {"speak": "sv", "text": "Lampan"}, as_=scene.amina)
    assert ("Sparat " in same.text, "load, " in same.html) == (True, False)
    typed = client.post(address, saved.form() | {"speak": "en", "text": "Lampan är"}, as_=scene.amina)
    assert ("Not saved yet." in typed.text, "Saved " in typed.text, draft()) == (True, False, "Lampan")
    assert 'hx-trigger="load, ' in typed.html  # where there is a script, it saves at once
    again = client.post(address, typed.form() | {"press": "auto"}, as_=scene.amina)
    assert ("Saved " in again.text, draft()) == (True, "Lampan är")


def test_a_correction_is_a_new_version_and_mailed_only_on_request(
    client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    publish(client, held, scene.amina)
    again = write(client, held, scene.bengt).follow()
    assert again.location == f"/meetings/{held.id}"
    assert again.follow().flashes[-1] == ("info", "Anteckningarna är redan publicerade.")

    quiet = publish(client, held, scene.bengt, "Lampan är lagad.").follow()
    assert quiet.flashes == [("done", "Rättelsen är publicerad. Ingen har fått mejl.")]
    assert "Rättade onsdag 7 oktober 2026, version 2." in quiet.text
    assert (told(outbox), "trasig" in quiet.text) == (["amina", "bengt", "carin", "dawit"], False)

    preview = write(client, held, scene.bengt, "Lampan är lagad i dag.").follow()
    preview.press("Publicera rättelsen", {"tell": "y"})
    assert told(outbox) == sorted(["amina", "bengt", "carin", "dawit"] * 2)
    notes = db.session.scalars(select(PublishedNotes)).one()
    assert (notes.edition, notes.text) == (3, "Lampan är lagad i dag.")
    trail = select(AuditEntry.what).where(AuditEntry.what.startswith("notes-")).order_by(AuditEntry.id)
    assert db.session.scalars(trail).all() == ["notes-published", "notes-corrected", "notes-corrected"]


@pytest.mark.parametrize("first", ["", "Lampan är trasig."])
def test_a_second_press_lands_on_the_meeting_where_they_are_published(
    client: PageClient, scene: Scene, held: Meeting, first: str
) -> None:
    if first:  # then it is a correction
        publish(client, held, scene.amina, first)
    preview = write(client, held, scene.amina, "Lampan är lagad.").follow()
    pressed = [preview.press(preview.main_actions[0]).location for _time in range(2)]
    assert pressed == [f"/meetings/{held.id}"] * 2
    page = client.get(f"/meetings/{held.id}", as_=scene.amina)
    assert [kind for kind, _words in page.flashes][-2:] == ["done", "info"]
    assert page.flashes[-1][1] == "Anteckningarna är redan publicerade."


def test_what_a_colleague_changed_since_the_preview_is_not_published_unread(
    client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    preview = write(client, held, scene.amina).follow()
    write(client, held, scene.bengt, "Något helt annat.")
    page = preview.press(preview.main_actions[0]).follow()
    assert page.flashes == [("warn", "Anteckningarna har ändrats sedan du tittade. Läs igenom igen.")]
    assert "Något helt annat." in page.text
    assert told(outbox) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Skriv vad ni kom fram till."),
        ("## Träffen\n\nHan med ABC 123 stal en cykel.", "Det ser ut som ett registreringsnummer."),
        ("Personnummer 19811218-9876", "Personnummer"),
        ("x" * 100_001, "Texten är för lång. Högst 100000 tecken."),
    ],
)
def test_what_may_not_be_saved_is_refused_and_stays_in_the_form(
    typed: str, said: str, client: PageClient, scene: Scene, held: Meeting
) -> None:
    page = client.get(f"/meetings/{held.id}/notes", as_=scene.amina).press("Spara utkast", {"text": typed})
    assert (page.status, said in page.text) == (422, True)
    assert page.form()["text"].strip() == typed
    assert db.session.scalars(select(NotesDraft)).all() == []


NAMES = (
    "Här står namn på dem som är med. Anteckningarna läses också av polisen och på tavlan. Skriv hur många "
    "som kom, eller vilka organisationer."
)


@pytest.mark.parametrize(
    "typed",
    [
        "Närvarande: Ahmed G, Alva E, Noor Ä (lägenhet 1402)",
        "Öberg Carin ser till lampan.",
        "Vi frågar Carin Ö.",
        "Vi lånar Carin Öbergs stege.",
        "Carin Oberg ser till lampan.",
        "C. Öberg ser till lampan.",
        "CARIN ÖBERG:S lampa",
    ],
)
def test_names_of_those_who_take_part_are_asked_about(
    typed: str, client: PageClient, scene: Scene, held: Meeting
) -> None:
    page = client.get(f"/meetings/{held.id}/notes", as_=scene.bengt).press("Spara utkast", {"text": typed})
    assert page.errors == [NAMES]
    assert page.press("Det är ingen person").follow().flashes == [("done", "Utkastet är sparat.")]
    assert draft() == typed


@pytest.mark.parametrize(
    "typed",
    [
        "Bengt Åkesson ser till lampan.",  # a coordinator
        "Dawit Tesfaye var här.",  # of a stairwell that is not Bengt's
        "Carin tar med kaffe.",
    ],
)
def test_who_writes_learns_of_no_member_whom_they_do_not_know(
    typed: str, client: PageClient, scene: Scene, held: Meeting
) -> None:
    page = client.get(f"/meetings/{held.id}/notes", as_=scene.bengt).press("Spara utkast", {"text": typed})
    assert page.follow().flashes == [("done", "Utkastet är sparat.")]


def test_who_shows_neighbours_their_name_is_asked_about_whoever_writes(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    scene.dawit.shows_name = True  # of a stairwell that is not Bengt's
    db.session.commit()
    page = client.get(f"/meetings/{held.id}/notes", as_=scene.bengt)
    assert page.press("Spara utkast", {"text": "Dawit Tesfaye ordnade fika."}).errors == [NAMES]


def test_members_whose_flat_is_not_known_are_asked_about_by_those_who_know_them(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    members.admit(make_person("Hemliga Hulda"), scene.group, stairwell=None)
    members.admit(make_person("Tysta Tora"), scene.group, stairwell=scene.stairwell_3)
    db.session.commit()
    typed = {"text": "Tysta Tora var med. Hemliga Hulda också."}
    asked = client.get(f"/meetings/{held.id}/notes", as_=scene.bengt).press("Spara utkast", typed)
    assert "Det gäller: Tysta Tora Handlar" in asked.text  # Hulda is no member whom Bengt knows
    asked = client.get(f"/meetings/{held.id}/notes", as_=scene.amina).press("Spara utkast", typed)
    assert asked.errors == [NAMES]
    assert "Hemliga Hulda, Tysta Tora" in asked.text or "Tysta Tora, Hemliga Hulda" in asked.text


def test_a_hundred_thousand_signs_are_accepted(client: PageClient, scene: Scene, held: Meeting) -> None:
    long = ("Vi talade om ljuset på gården. " * 4000)[:99_999].strip() + "."
    assert publish(client, held, scene.amina, long).status == 303
    assert long[-200:] in client.get(f"/meetings/{held.id}", as_=scene.carin).text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("**viktigt**", "<p><strong>viktigt</strong></p>"),
        ("# En\n## Två\n### Tre", "<h3>En</h3>\n<h3>Två</h3>\n<h4>Tre</h4>"),
        ("[a](javascript:alert(1))", "<p>[a](javascript:alert(1))</p>"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"),
        ("[a](http://example.org)", "<p>[a](http://example.org)</p>"),
        ("[a](/login)", "<p>[a](/login)</p>"),
        ("[a](//example.org)", "<p>[a](//example.org)</p>"),
        ("[a](HTTPS://example.org)",
         '<p><a href="HTTPS://example.org" rel="noopener noreferrer nofollow">a</a></p>'),
        ("[a](tel:11414)", '<p><a href="tel:11414" rel="noopener noreferrer nofollow">a</a></p>'),
        ("[https://a.example/login](https://b.example/login)",
         '<p><a href="https://b.example/login" rel="noopener noreferrer nofollow">https://a.example/login</a>'
         " (b.example)</p>"),
        ("[**a.example**](https://b.example)",
         '<p><a href="https://b.example" rel="noopener noreferrer nofollow"><strong>a.example</strong></a>'
         " (b.example)</p>"),
        ("[https://a.example@b.example](https://b.example)",
         '<p><a href="https://b.example" rel="noopener noreferrer nofollow">https://a.example@b.example</a>'
         " (b.example)</p>"),
        ("[a@b.example](mailto:c@d.example)",
         '<p><a href="mailto:c@d.example" rel="noopener noreferrer nofollow">a@b.example</a>'
         " (c@d.example)</p>"),
        ("[112](tel:0900123)",
         '<p><a href="tel:0900123" rel="noopener noreferrer nofollow">112</a> (0900123)</p>'),
        ("[b.example](https://b.example/x) <https://b.example/x>",
         '<p><a href="https://b.example/x" rel="noopener noreferrer nofollow">b.example</a> '
         '<a href="https://b.example/x" rel="noopener noreferrer nofollow">https://b.example/x</a></p>'),
        ("<javascript:alert(1)>", "<p>&lt;javascript:alert(1)&gt;</p>"),
        ("![a](https://example.org/a.png)",
         '<p>!<a href="https://example.org/a.png" rel="noopener noreferrer nofollow">a</a></p>'),
        ("`kod`\n    mer", "<p>`kod`<br>\nmer</p>"),
    ],
)  # fmt: skip
def test_a_few_signs_have_a_meaning_and_all_others_stand_as_typed(typed: str, shown: str) -> None:
    assert html_of(typed).strip() == shown


def test_headings_of_the_template_without_words_are_left_out(app: Flask) -> None:
    text = "## Kort sagt\n\n## Vad är bra?\n### Här\n\nLjuset\n\n## What is good?\n\n## Polisen\n"
    assert without_empty_sections(text) == "## Vad är bra?\n### Här\n\nLjuset"
    assert without_empty_sections("## Kort sagt\n\n## Polisen\n") == ""


@pytest.mark.parametrize(
    "text",
    [
        "## Nästa träff blir den 12 januari",
        "# Rubrik ett\n\n## Rubrik två\n\n### Där",
        "# Polisen\n\n# Fastighetsägaren",
        "## Polisen\n\n### Tack för besöket",
    ],
)
def test_a_heading_that_somebody_typed_stays(app: Flask, text: str) -> None:
    assert without_empty_sections(f"## Kort sagt\n\n{text}\n\n## Vad är bra?\n") == text


def test_the_absent_get_three_lines_and_paper_has_no_signs() -> None:
    text = "## Kort sagt\n\n- **Lampan** är lagad\n- Dörren [här](https://example.org) också\n\nTre\nFyra"
    assert first_lines(text) == ["– Lampan är lagad", "– Dörren här också", "Tre"]
    assert paragraphs_of(text) == ["Kort sagt", "– Lampan är lagad", "– Dörren här också", "Tre\nFyra"]
    assert [len(line) for line in first_lines("x" * 500)] == [200]


def test_notes_wait_until_the_meeting_has_begun(client: PageClient, scene: Scene) -> None:
    coming = make_meeting(scene.group, starts_at=AFTERWARDS + timedelta(days=1), by=scene.amina)
    page = client.get(f"/meetings/{coming.id}/notes", as_=scene.amina)
    assert page.follow().flashes == [("info", "Det går att skriva anteckningar när träffen har börjat.")]
    client.post(f"/meetings/{coming.id}/notes", TEXT, as_=scene.amina)
    client.post(f"/meetings/{coming.id}/notes/none", as_=scene.amina)
    assert db.session.scalars(select(NotesDraft)).all() == []


def tick(day: int, at: int = 9) -> None:
    """Run the job so many days after the meeting."""
    with time_machine.travel(BEGINS.replace(hour=at) + timedelta(days=day)):
        clock.run_due([job for job in jobs.JOBS if job.name == "notes"])
    db.session.expire_all()


def nagged(outbox: Outbox) -> list[str]:
    return [address.partition("@")[0] for kind, address in outbox.addressed() if kind == "notes-missing"]


def test_the_organiser_is_reminded_twice_and_then_left_alone(
    client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    seen = []
    for day in range(1, 30):
        tick(day)
        seen.append(len(nagged(outbox)))
    assert seen == [0, 0, 1, 1, 1, 1, *[2] * 23]
    assert nagged(outbox) == ["amina", "amina"]
    house, task = f"/groups/{held.group_id}/house", "Skriv anteckningar från trapphusträff"
    assert task in client.get(house, as_=scene.amina).text
    with time_machine.travel(BEGINS + timedelta(days=15)):
        assert task not in client.get(house, as_=scene.amina).text


def publish_now(scene: Scene, held: Meeting) -> None:
    saved = service.save_notes(held, WRITTEN, seen=0, form_key="k", by=scene.bengt)
    service.publish_notes(held, seen=saved.version, by=scene.bengt)


def nobody_came(scene: Scene, held: Meeting) -> None:
    held.counting, held.head_count = Counting.COUNTED, 0


def only_recorded(scene: Scene, held: Meeting) -> None:
    db.session.execute(delete(Mailing))


def called_off(scene: Scene, held: Meeting) -> None:
    held.cancelled_at = held.starts_at


@pytest.mark.parametrize(
    "before",
    [publish_now, nobody_came, only_recorded, called_off, lambda s, m: service.skip_notes(m, by=s.amina)],
)
def test_nobody_is_reminded_of_notes_that_need_not_come(
    before: Any, client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    before(scene, held)
    db.session.commit()
    for day in range(1, 12):
        tick(day)
    assert nagged(outbox) == []
    assert "Skriv anteckningar från" not in client.get(f"/groups/{held.group_id}/house", as_=scene.amina).text


def test_the_lead_is_reminded_when_the_organiser_coordinates_no_more(
    scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    held.called_by = scene.bengt
    ended = select(Coordinator).where(Coordinator.person_id == scene.bengt.id)
    db.session.scalars(ended).one().ended_at = AFTERWARDS
    db.session.commit()
    tick(3)
    assert nagged(outbox) == ["amina"]


def test_that_no_notes_come_can_be_taken_back(
    client: PageClient, scene: Scene, held: Meeting, outbox: Outbox
) -> None:
    page = client.get(f"/meetings/{held.id}", as_=scene.amina).press("Inga anteckningar").follow()
    assert "Det skrevs inga anteckningar." in page.text
    assert "Det skrevs inga anteckningar." in client.get(f"/meetings/{held.id}", as_=scene.carin).text
    page.press("Skriv anteckningar ändå")
    tick(3)
    assert nagged(outbox) == ["amina"]


def test_a_correction_without_mail_asks_for_what_is_printed_once_more(
    client: PageClient, scene: Scene, held: Meeting
) -> None:
    path = f"/meetings/{held.id}/notes"
    publish(client, held, scene.amina)
    papers = client.get(f"{path}/paper", as_=scene.bengt)
    papers.press("Papperen är utskrivna")
    printed = client.get(f"{path}/paper", as_=scene.bengt)
    assert "Papperen är utskrivna." in printed.text
    write(client, held, scene.amina, "Lampan lyser.").follow().press("Publicera rättelsen")
    assert "Papperen är utskrivna." not in client.get(f"{path}/paper", as_=scene.bengt).text
    assert [kind for kind, _said in printed.press("Alla är lämnade").follow().flashes] == ["warn"]
