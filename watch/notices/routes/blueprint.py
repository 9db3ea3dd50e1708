"""The blueprint of notices, with its template filters."""

from __future__ import annotations

from babel import Locale
from babel.lists import format_list
from flask import Blueprint
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from watch import language
from watch.access import current_relations
from watch.bands import roughly
from watch.groups.labels import coordinators_signature
from watch.models import Audience, Level, Notice
from watch.notices.labels import LEVELS, OFFICERS, SENDERS
from watch.notices.queries import Target

bp = Blueprint("notices", __name__)


def knows_numbers(of: Notice | Target) -> bool:
    """Return True if the reader may see exact numbers of recipients.

    A coordinator may if they work with all of them. An officer may know who coordinates, but not who takes
    part.
    """
    if of.group is None:
        return of.audience is Audience.AREA_COORDINATORS
    return current_relations().works_with_all_of(of.group, of.stairwell.id if of.stairwell else None)


@bp.app_template_filter("notice_level")
def notice_level(level: Level) -> LazyString:
    return LEVELS[level]


@bp.app_template_global("sender_of_notice")
def sender_of_notice(notice: Notice) -> str:
    """Return the role that sends a notice: "Gun, huvudkontaktombud", "Kommunpolisen i Norrby"."""
    if notice.area is not None:
        role = OFFICERS.get(notice.organisation)
        areas = language.together(each.name for each in notice.areas or [notice.area])
        return str(role) % {"area": areas} if role else notice.organisation
    assert notice.group is not None
    return coordinators_signature(notice.by_id, notice.group) or notice.organisation


@bp.app_template_global("notice_goes_to")
def notice_goes_to(notice: Notice) -> str:
    """Return whom a notice was sent to: a stairwell, a group, or areas' members or coordinators."""
    if notice.stairwell is not None:
        return _("till %(whom)s", whom=notice.stairwell.address)
    if notice.area is None:
        return _("till hela gruppen")
    if notice.group is not None:
        return _("till %(whom)s", whom=notice.group.name)
    areas = language.together(each.name for each in notice.areas)
    if notice.audience is Audience.AREA_COORDINATORS:
        return _("till kontaktombuden i %(area)s", area=areas)
    return _("till hela %(area)s", area=areas)


@bp.app_template_filter("organisation")
def organisation(sender: str) -> LazyString | str:
    """Return the sender's name, an authority's in the reader's language."""
    return SENDERS.get(sender, sender)


@bp.app_template_filter("roughly")
def roughly_said(count: int) -> str:
    """Return a rounded number, for those who may not see the exact one."""
    return roughly(count)


@bp.app_template_filter("written_in")
def written_in(notice: Notice) -> str:
    """Return the languages of a notice, named in the reader's: "svenska och engelska"."""
    reader = get_locale() or Locale("sv")
    names = [str(reader.languages[text.language.value]) for text in notice.texts]
    return format_list(names, locale=reader)


@bp.app_template_filter("paragraphs")
def paragraphs(text: str) -> list[list[str]]:
    """Return a plain text as paragraphs, each a list of lines."""
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            parts[-1].append(line)
        elif parts[-1]:
            parts.append([])
    return [part for part in parts if part]
