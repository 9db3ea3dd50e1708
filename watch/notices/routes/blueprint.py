"""The blueprint of notices, and its words for templates of pages and mails."""

from __future__ import annotations

from babel import Locale
from babel.lists import format_list
from flask import Blueprint
from flask_babel import get_locale
from flask_babel.speaklater import LazyString

from watch.access import current_relations
from watch.bands import roughly
from watch.models import Audience, Level, Notice
from watch.notices.labels import LEVELS, SENDERS
from watch.notices.queries import Target

bp = Blueprint("notices", __name__)


def knows_numbers(of: Notice | Target) -> bool:
    """Whether the reader works with all whom a notice is for, and so may count them; else it is told roughly.

    Who coordinates is known to the officer; who takes part is not.
    """
    if of.group is None:
        return of.audience is Audience.AREA_COORDINATORS
    return current_relations().works_with_all_of(of.group, of.stairwell.id if of.stairwell else None)


@bp.app_template_filter("notice_level")
def notice_level(level: Level) -> LazyString:
    """What a level is called."""
    return LEVELS[level]


@bp.app_template_filter("organisation")
def organisation(sender: str) -> LazyString | str:
    """Whom a notice is from: an authority in the reader's words, else as it stands."""
    return SENDERS.get(sender, sender)


@bp.app_template_filter("roughly")
def roughly_said(count: int) -> str:
    """A number without its last digit, for those who do not know the people."""
    return roughly(count)


@bp.app_template_filter("written_in")
def written_in(notice: Notice) -> str:
    """The languages a notice was written in, in the reader's: "svenska och engelska"."""
    reader = get_locale() or Locale("sv")
    names = [str(reader.languages[text.language.value]) for text in notice.texts]
    return format_list(names, locale=reader)


@bp.app_template_filter("paragraphs")
def paragraphs(text: str) -> list[list[str]]:
    """A plain text as paragraphs, each a list of lines."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]
