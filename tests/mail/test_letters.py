"""Checks every kind of mail: its snapshot, and the rules that all keep.

`SNAPSHOTS=write pytest tests/mail/test_letters.py` writes tests/mail/snapshots anew; read the difference.
"""

from __future__ import annotations

import ast
import os
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import html5lib
import pytest
import time_machine

from tests.cast import Scene
from tests.databases import on_one_database
from tests.factories import make_notice
from tests.mail.letters import LETTERS, NOW, in_language
from watch.mail import outbox
from watch.mail.compose import message_id, prepare
from watch.mail.kinds import KINDS
from watch.mail.types import Envelope, Recipient
from watch.models import Language, Level, OutboxRow
from watch.notices.mails import NOTICE

ROOT = Path(__file__).resolve().parent.parent.parent
SNAPSHOTS = Path(__file__).parent / "snapshots"
FILES = {"subject.txt", "body.txt", "body.html"}
TOKEN = re.compile(r"(?<=/)[A-Za-z0-9_-]{32}\b|(?<=bounce\+)[A-Za-z0-9_-]{32}|(?<=<)[0-9a-f]{32}(?=@)")
NUMBER = re.compile(r"(?<=/groups/|notices/)\d+|(?<=/meetings/)\d+|(?<=/buildings/)\d+|(?<=stairwell=)\d+")
LIST = re.compile(r"(?<=<)[0-9a-f]{16}(?=\.)")
REPEATED = ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Content-Language", "Auto-Submitted",
            "List-Unsubscribe", "List-Unsubscribe-Post")  # fmt: skip


def sent(scene: Scene, kind: str, language: Language) -> tuple[str, EmailMessage]:
    """Return envelope sender and mail as the mail server gets them."""
    envelope = sealed(in_language(LETTERS[kind], scene, language))
    return envelope.sender, message_from_bytes(envelope.wire, policy=policy.default)


def sealed(row: OutboxRow) -> Envelope:
    """Return a row's mail as the worker renders it."""
    assert row.mailbox
    reader = Recipient(row.id, row.nonce, row.mailbox.address, (row.person.name,) if row.person else ())
    return prepare(row.mailing, row.language, greets=bool(reader.names)).render_for(reader)


def part(mail: EmailMessage, kind: str) -> str:
    """Return the text or the HTML of the body."""
    body = mail.get_body((kind,))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def shown(sender: str, mail: EmailMessage) -> str:
    """Return the text of a snapshot: the headers, the text, and the visible words of the HTML."""
    headers = [f"{name}: {mail[name]}" for name in REPEATED if mail[name]]
    lines = ["Envelope: " + sender, *headers, "", part(mail, "plain")]
    text = "\n".join(lines)
    for pattern in (TOKEN, NUMBER, LIST):
        text = pattern.sub("…", text)
    return text


@on_one_database
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_as_it_was_when_somebody_last_read_it(scene: Scene, kind: str) -> None:
    with time_machine.travel(NOW, tick=False):
        now = shown(*sent(scene, kind, Language.SWEDISH))
    snapshot = SNAPSHOTS / f"{kind}.txt"
    if os.environ.get("SNAPSHOTS") == "write":
        snapshot.write_text(now)
    assert now == snapshot.read_text()


@on_one_database
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("kind", KINDS)
def test_what_every_mail_keeps(scene: Scene, kind: str, language: Language) -> None:
    sender, mail = sent(scene, kind, language)
    text, html = part(mail, "plain"), part(mail, "html")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Content-Language"] == language.value
    assert mail["From"].addresses[0].display_name == "Grannsamverkan"
    assert re.fullmatch(r"bounce\+[A-Za-z0-9_-]{32}@127\.0\.0\.1", sender)
    assert len(mail["To"].addresses) == 1
    assert mail["Cc"] is mail["Bcc"] is mail["Reply-To"] is None
    for form in (text, html):
        assert all(words in form for words in ("112", "114 14", "Exempelkommunen"))
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert (root.get("lang"), root.get("dir")) == (language.value, "rtl" if language == "ar" else "ltr")
    assert not re.search(r"<(img|script|link|object|iframe|form|input)\b|url\(|@import", html)
    assert len(mail.as_bytes()) < 100_000
    assert "{{" not in text + html
    assert "%(" not in text + html


@on_one_database
@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_from_the_notices_address_is_of_a_list_that_one_can_leave(scene: Scene, kind: str) -> None:
    _, mail = sent(scene, kind, Language.SWEDISH)
    is_of_a_list = mail["From"].addresses[0].username == "meddelanden"
    assert is_of_a_list == kind.startswith(
        ("notice", "meeting-", "notes-published", "officer-wrote-members")
    )  # all else is about one's own doings
    for header in ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert (mail[header] is not None) == is_of_a_list


@on_one_database
@pytest.mark.parametrize("kind", KINDS)
def test_light_words_stand_on_a_dark_ground_of_their_own(scene: Scene, kind: str) -> None:
    """A spam filter that reads an element alone takes white words for hidden ones."""
    _, mail = sent(scene, kind, Language.SWEDISH)
    white = [
        style for style in re.findall(r'style="([^"]*)"', part(mail, "html")) if "color: #ffffff" in style
    ]
    has_button = KINDS[kind].link is not None or kind == "trial"  # which has that of the mail it tries
    assert len(white) == has_button  # the words on the button
    assert all("background-color: #134e6f" in style for style in white)


@on_one_database
@pytest.mark.parametrize("level", Level)
def test_no_english_subject_says_urgent_as_letters_of_fraud_do(scene: Scene, level: Level) -> None:
    row = in_language(LETTERS["notice"], scene, Language.ENGLISH)
    assert row.mailing.notice
    row.mailing.notice.level = level
    subject = message_from_bytes(sealed(row).wire, policy=policy.default)["Subject"]
    assert not re.search("urgent", subject, re.IGNORECASE)
    assert subject.endswith("notice for you")


@on_one_database
@pytest.mark.parametrize("kind", KINDS)
def test_a_subject_on_a_lock_screen_tells_nothing(scene: Scene, kind: str) -> None:
    _, mail = sent(scene, kind, Language.SWEDISH)
    subject = mail["Subject"].lower()
    names = (scene.carin, scene.bengt, scene.farah, scene.amina)
    telling = [
        "våglängdsgatan",
        "norrby",
        "polis",
        "port ",
        *(person.name.split()[0].lower() for person in names),
    ]
    assert [word for word in telling if word in subject] == []
    assert 0 < len(subject) <= 60


@on_one_database
@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].link])
def test_text_and_html_have_the_same_one_link_of_ours(scene: Scene, kind: str) -> None:
    _, mail = sent(scene, kind, Language.SWEDISH)
    by_the_way = r"privacy\b|contacts\b(?!/)|u/|groups/\d+/(?:messages|mail)\b"
    links = re.compile(rf"http://127\.0\.0\.1:8000/(?!{by_the_way})[^\s\"<]*")
    in_text, in_html = set(links.findall(part(mail, "plain"))), set(links.findall(part(mail, "html")))
    assert in_text == in_html
    leads_elsewhere = {
        "coordinator-ended", "flatmate-joined", "group-closed", "join-unanswered", "membership-ended",
        "membership-left", "unsubscribed",
    }  # fmt: skip
    # to the contacts, as every mail's foot does, to the group's messages, or to /u/
    assert len(in_text) == (kind not in leads_elsewhere)


@on_one_database
def test_the_foot_of_a_groups_mail_leads_to_its_coordinators(scene: Scene) -> None:
    for kind, is_groups in (("notice", True), ("meeting-called", True), ("sign-in", False)):
        _, mail = sent(scene, kind, Language.SWEDISH)
        link = f"/groups/{scene.group.id}/messages"
        assert (link in part(mail, "plain"), link in part(mail, "html")) == (is_groups, is_groups), kind


@on_one_database
def test_a_mail_says_who_stands_behind_and_who_writes_in_which_role(scene: Scene) -> None:
    scene.amina.shows_name = True
    behind = "I samarbete med Borås stad, polisen och AB Bostäder i Borås."
    for kind, sender in (
        ("notice", "Information från Amina Yusuf, huvudkontaktombud"),
        ("meeting-called", "Från: Amina Yusuf, huvudkontaktombud"),
        ("invitation", "Från: ett kontaktombud"),  # Bengt does not show his name
    ):
        _, mail = sent(scene, kind, Language.SWEDISH)
        for form in ("plain", "html"):
            assert behind in part(mail, form), kind
            assert sender in part(mail, form), kind
            assert "Bengt" not in part(mail, form), kind
        assert str(mail["From"]).startswith("Grannsamverkan <")  # neutral on a lock screen
        assert mail["Reply-To"] is None
    _, mail = sent(scene, "sign-in", Language.SWEDISH)
    assert "I samarbete med Borås stad och polisen." in part(mail, "plain")


@on_one_database
def test_an_areas_notice_is_from_its_police_contact(scene: Scene) -> None:
    notice = make_notice(scene.group.area, by=scene.gun)
    notice.organisation = "police"
    row = outbox.queue(NOTICE, to=scene.carin, about=notice)
    assert row
    mail = message_from_bytes(sealed(row).wire, policy=policy.default)
    assert "från Kommunpolisen i Hässleholmen" in part(mail, "plain")
    assert "Gun" not in part(mail, "plain")


def test_a_retry_makes_the_same_mail_again(scene: Scene) -> None:
    row = in_language(LETTERS["notice"], scene, Language.SWEDISH)
    once, again = sealed(row), sealed(row)
    assert once == again
    assert message_from_bytes(once.wire)["Message-ID"] == message_id(row.nonce)


def test_every_kind_has_its_three_files_and_every_folder_a_kind() -> None:
    folders = {path.parent.name for path in ROOT.glob("templates/email/*/*")}
    assert folders == set(KINDS) == set(LETTERS)
    for folder in folders:
        assert {path.name for path in (ROOT / "templates/email" / folder).iterdir()} == FILES, folder


def test_every_kind_that_a_query_asks_for_is_declared() -> None:
    """Queries name a mail by its kind, and a misspelt one would silently find nothing."""
    asked = {kind for path in (ROOT / "watch").rglob("*.py") for kind in _kinds_asked_for(path)}
    assert asked, "Mailing.kind is compared with nothing any more"
    assert asked <= set(KINDS)


def _kinds_asked_for(path: Path) -> set[str]:
    """Return the texts compared with Mailing.kind, literal or as a constant of the same file."""
    tree = ast.parse(path.read_text())
    constants = {
        ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)
    }
    compared: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == "Mailing.kind":
            compared += node.comparators
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Mailing.kind.in_":
            compared += node.args
    leaves = [leaf for each in compared for leaf in ast.walk(constants.get(ast.unparse(each), each))]
    return {leaf.value for leaf in leaves if isinstance(leaf, ast.Constant)}
