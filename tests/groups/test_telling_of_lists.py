"""Checks that the mail about fewer mails says of which group or area they were, and which still come."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.factories import make_member
from tests.groups.test_choices import membership_of
from watch import language
from watch.extensions import db
from watch.groups.service.choices import unsubscribe, unsubscribe_from_area
from watch.mail.compose import _context_of, render
from watch.models import Language, NoticeChoice, OutboxRow

OF_GROUP = "Du har sagt nej till mejl från {}."
OF_AREA = "Du har sagt nej till meddelanden till hela {}."
OTHERS = "Du är också med i {}. Mejlen därifrån kommer som förut."


def mail(scene: Scene) -> str:
    """Return the text of Carin's mail."""
    db.session.commit()
    (row,) = [each for each in db.session.query(OutboxRow) if each.mailing.kind == "unsubscribed"]
    with language.speaking(Language.SWEDISH):
        text = render("unsubscribed", _context_of(row.mailing, Language.SWEDISH, greets=False))["text"]
    return " ".join(text.split())


@pytest.mark.parametrize("left", ["group", "area"])
def test_the_mail_names_the_list_that_was_left_and_no_other(left: str, scene: Scene) -> None:
    member = membership_of(scene.carin)
    if left == "group":
        unsubscribe(member, meetings=False)
    else:
        unsubscribe_from_area(scene.carin, scene.group.area, [member])
    text = mail(scene)
    assert (OF_GROUP.format(scene.group.name) in text) == (left == "group")
    assert (OF_AREA.format(scene.group.area.name) in text) == (left == "area")
    assert "Du är också med i" not in text


@pytest.mark.parametrize("there", [NoticeChoice.EVERYTHING, NoticeChoice.MEETINGS, NoticeChoice.NOTHING])
def test_the_mail_says_that_another_groups_mails_still_come(there: NoticeChoice, scene: Scene) -> None:
    member = membership_of(scene.carin)
    make_member(scene.carin, scene.other_group, None).notices = there
    unsubscribe(member, meetings=True)
    still_come = there is not NoticeChoice.NOTHING
    assert (OTHERS.format(scene.other_group.name) in mail(scene)) == still_come
