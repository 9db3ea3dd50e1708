"""A coordinator fills the house by invitations, posters, the list and paper, without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from tests.browser import Phone
from tests.post import Post
from watch.extensions import db
from watch.models import (
    Building,
    Channel,
    ConsentChannel,
    Group,
    Interest,
    Invitation,
    InvitationState,
    JoinRequest,
    Membership,
    Person,
    RequestState,
)

AMINA = "amina@example.org"


@pytest.fixture
def plain_phone(make_phone: Callable[..., Phone]) -> Callable[[], Phone]:
    """Return a new phone without script."""
    return lambda: make_phone(javascript=False)


@pytest.fixture
def aminas(plain_phone: Callable[[], Phone], amina: Person) -> Phone:
    """The phone of the lead coordinator, who is the only member so far."""
    phone = plain_phone()
    phone.sign_in(amina)
    return phone


def test_the_coordinator_fills_the_house(
    group: Group, aminas: Phone, post: Post, plain_phone: Callable[[], Phone]
) -> None:
    aminas.open(f"/groups/{group.id}/house")
    assert _rows(aminas) == ["Port 1 · 1 av 9", "Port 3 · 0 av 9"]

    _amina_invites_three(aminas, post)
    _kerstin_says_yes(plain_phone(), post)
    _latif_asks_by_the_poster(plain_phone(), _code_of_stairwell_3(aminas, group), post)
    _amina_lets_him_in_from_the_letter(plain_phone(), post)
    _mona_asks_from_the_front_page(plain_phone(), post)
    _amina_lets_her_in_from_the_list(aminas, group, post)
    _nils_is_recorded_on_paper(aminas, group)

    aminas.open(f"/groups/{group.id}/house")
    assert _rows(aminas) == ["Port 1 · 2 av 9", "Port 3 · 3 av 9"]
    aminas.follow("Port 3")
    assert _lit_windows(aminas) == [
        "Lägenhet 1203, deltar",
        "Lägenhet 1102, deltar",
        "Lägenhet 1001, deltar",
    ]
    assert _members() == {
        "Amina Yusuf": ("1", "1001", None, Channel.MAIL, ConsentChannel.WEB),
        "Kerstin": ("3", "1102", "Amina Yusuf", Channel.MAIL, ConsentChannel.MAIL),
        "Latif": ("3", "1203", "Amina Yusuf", Channel.MAIL, ConsentChannel.POSTER),
        "Mona": ("3", "1001", "Amina Yusuf", Channel.MAIL, ConsentChannel.WEB),
        "Nils": ("1", "1202", "Amina Yusuf", Channel.PAPER, ConsentChannel.DOORSTEP),
    }
    assert _requests() == [(each, RequestState.APPROVED) for each in ("Kerstin", "Latif", "Mona")]
    assert _invitations() == {
        "kerstin@example.org": InvitationState.ACCEPTED,
        "olle@example.org": InvitationState.DECLINED,
        "petra@example.org": InvitationState.OPEN,
    }


def test_a_building_without_a_group_collects_interest(
    langgatan: Building, post: Post, plain_phone: Callable[[], Phone]
) -> None:
    phone = plain_phone()
    phone.open("/")
    phone.fill("Hitta ditt hus: gata och nummer", "norrby langgata 23")
    phone.press("Sök")
    phone.follow(langgatan.address)
    phone.follow("Jag är intresserad")
    phone.press("Anmäl intresse")
    assert phone.page.locator(".error-summary a").all_inner_texts() == [
        "Skriv ett namn. Förnamn räcker.",
        "Skriv en e-postadress.",
    ]
    phone.fill("Ditt namn", "Rut")
    phone.fill("Din e-postadress", "rut@example.org")
    phone.press("Anmäl intresse")
    assert _interests() == [("Rut", False, False)]
    assert post.deliver() == ["rut@example.org"]
    phone.open(post.link("rut@example.org", "/interest/"))
    phone.press("Ja, det var jag")
    assert "Tack! Ditt intresse är bekräftat." in phone.text
    assert _interests() == [("Rut", True, False)]


def _amina_invites_three(phone: Phone, post: Post) -> None:
    phone.follow("Bjud in med mejl")
    addresses = [f"{name}@example.org" for name in ("kerstin", "olle", "petra")]
    phone.fill("E-postadresser", "\n".join(addresses))
    phone.press("Granska")
    phone.press("Skicka till 3 grannar")
    assert "3 inbjudningar är på väg." in phone.text
    assert post.deliver() == addresses
    phone.page.reload()
    phone.look()
    assert phone.page.locator(".tag").filter(has_text="Skickad").count() == 3


def _kerstin_says_yes(phone: Phone, post: Post) -> None:
    """Olle, on the same sofa, declines."""
    phone.open(post.link("kerstin@example.org", "/join/"))
    phone.fill("Ditt namn", "Kerstin")
    phone.choose("Port", "Våglängdsgatan 3")
    phone.choose("Våning", "Våning 1")
    phone.choose("Dörr från vänster", "2")
    phone.tick("Jag vill gå med, och gruppen får spara det jag har skrivit här.")
    phone.press("Ja, jag vill vara med")
    assert phone.h1 == "Ditt fönster lyser"
    phone.open(post.link("olle@example.org", "/join/"))
    phone.tick("Ja, jag vill tacka nej")
    phone.press("Nej tack")
    assert "Tack för ditt svar. Vi skriver inte till dig mer om det här." in phone.text
    assert post.deliver() == [AMINA, "kerstin@example.org"]
    assert "Välkommen till grannsamverkan" in post.letters("kerstin@example.org")[-1].text()
    phone.open(post.link(AMINA, "/a/"))
    assert phone.h1 == "Bor Kerstin i lägenhet 1102?"
    phone.press("Ja, grannen bor där")


def _code_of_stairwell_3(phone: Phone, group: Group) -> str:
    phone.open(f"/groups/{group.id}/posters")
    code = phone.page.get_by_role("row", name="Våglängdsgatan 3").locator("code").inner_text()
    phone.follow("Visa affischen Våglängdsgatan 3")
    assert code in (phone.page.locator("img.poster").get_attribute("alt") or "")
    return code


def _latif_asks_by_the_poster(phone: Phone, code: str, post: Post) -> None:
    phone.open(f"/j/{code.lower()}")
    assert "Port Våglängdsgatan 3" in phone.text
    _ask(phone, "Latif", floor="Våning 2", door="3")
    assert post.deliver() == ["latif@example.org"]
    phone.open(post.link("latif@example.org", "/join/confirm/"))
    assert "Latif" in phone.text
    phone.press("Ja, det stämmer")
    assert phone.h1 == "Din anmälan väntar på svar"


def _ask(phone: Phone, name: str, *, floor: str, door: str) -> None:
    phone.fill("Ditt namn", name)
    phone.fill("Din e-postadress", f"{name.lower()}@example.org")
    phone.choose("Våning", floor)
    phone.choose("Dörr från vänster", door)
    phone.tick("Jag vill gå med, och gruppen får spara det jag har skrivit här.")
    phone.press("Be att få gå med")
    assert phone.h1 == "Titta i din mejl"


def _amina_lets_him_in_from_the_letter(phone: Phone, post: Post) -> None:
    """On a phone where she is not signed in."""
    assert post.deliver() == [AMINA]
    phone.open(post.link(AMINA, "/a/"))
    assert phone.h1 == "Latif vill gå med"
    phone.press("Ja, välkommen in")
    assert "Latif är med i gruppen. Vi mejlar besked." in phone.text
    assert post.deliver() == ["latif@example.org"]
    phone.open(post.link(AMINA, "/a/"))
    assert "Anmälan är besvarad: ja." in phone.text


def _mona_asks_from_the_front_page(phone: Phone, post: Post) -> None:
    phone.open("/?q=våglängdsgatan+3")
    phone.follow("Våglängdsgatan 1–3")
    phone.follow("Gå med")
    assert "Port Våglängdsgatan 3" in phone.text  # the stairwell that was searched for is kept
    _ask(phone, "Mona", floor="Entréplan", door="1, längst till vänster")
    assert post.deliver() == ["mona@example.org"]
    phone.open(post.link("mona@example.org", "/join/confirm/"))
    phone.press("Ja, det stämmer")


def _amina_lets_her_in_from_the_list(phone: Phone, group: Group, post: Post) -> None:
    phone.open(f"/groups/{group.id}/house")
    assert _rows(phone) == ["Port 1 · 1 av 9", "Port 3 · 2 av 9 1 granne vill gå med"]
    phone.follow("Port 3")
    phone.follow("Lägenhet 1001, vill gå med")
    assert "Mona vill gå med" in phone.text
    phone.open(f"/groups/{group.id}/members")
    phone.press("Godkänn Mona")
    assert "Mona är med i gruppen. Vi mejlar besked." in phone.text
    assert post.deliver() == ["mona@example.org"]  # nobody is asked what is answered already


def _nils_is_recorded_on_paper(phone: Phone, group: Group) -> None:
    phone.open(f"/groups/{group.id}/house")
    phone.follow("Port 1")
    phone.follow("Lägenhet 1202, ej kontaktad")
    phone.follow("Lägg till en granne utan e-postadress")
    phone.fill("Grannens namn", "Nils")
    phone.tick("Grannen har sagt ja till att vara med och till att vi sparar namn och lägenhet")
    phone.press("Lägg till grannen")
    assert "Nils är med. Meddelanden kommer på papper." in phone.text


def _rows(phone: Phone) -> list[str]:
    rows = phone.page.locator(".house-rows .words").all_inner_texts()
    return [" ".join(row.split()) for row in rows]


def _lit_windows(phone: Phone) -> list[str | None]:
    lit = phone.page.locator("table.stairwell a.flat-takes_part").all()
    return [window.get_attribute("aria-label") for window in lit]


def _members() -> dict[str, tuple[str, str, str | None, Channel, ConsentChannel]]:
    found = db.session.scalars(select(Membership).where(Membership.is_current))
    return {each.person.name: _where_and_how(each) for each in found}


def _where_and_how(member: Membership) -> tuple[str, str, str | None, Channel, ConsentChannel]:
    assert member.household
    flat = member.household.flat
    by = db.session.get(Person, member.admitted_by_id) if member.admitted_by_id else None
    return flat.stairwell.number, flat.number, by and by.name, member.channel, member.consent_channel


def _requests() -> list[tuple[str, RequestState]]:
    found = db.session.scalars(select(JoinRequest).order_by(JoinRequest.id))
    return [(each.person.name, each.state) for each in found]


def _invitations() -> dict[str, InvitationState]:
    found = db.session.scalars(select(Invitation))
    return {each.mailbox.address: each.state for each in found if each.mailbox}


def _interests() -> list[tuple[str, bool, bool]]:
    """Return person, confirmation and named state of all interest."""
    found = db.session.scalars(select(Interest).execution_options(populate_existing=True))
    return [(each.person.name, each.confirmed_at is not None, each.named_at is not None) for each in found]
