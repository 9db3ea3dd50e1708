"""What the notes of a meeting begin with: who called it, when, how many came, and what to write about.

The questions are those of a real residents' meeting (domain.md).
"""

from __future__ import annotations

import re
from functools import cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from watch.groups.queries.members import coordinators_of
from watch.language import speaking
from watch.meetings.labels import KINDS, when_said
from watch.meetings.queries.calls import was_called
from watch.meetings.queries.checkin import MOST_HEADS
from watch.models import Counting, Language, Meeting

HEADING = re.compile(r"\s{0,3}(#{1,6})(?:\s|$)")
HEADINGS = (
    _l("Kort sagt"),
    _l("Träffen"),
    _l("Vad är bra?"),
    _l("Vad kan bli bättre?"),
    _l("Vad kan vi göra tillsammans?"),
    _l("Polisen"),
    _l("Fastighetsägaren"),
)
CALLERS = (
    _l("den som är ansvarig för området"),
    _l("kontaktombuden"),
    _l("huvudkontaktombudet"),
    _l("kontaktombudet"),
)


def first_draft(meeting: Meeting) -> str:
    """Return the template in the writer's language, with what is known of the meeting."""
    known = [_held(meeting)]
    if was_called(meeting):
        known.append(_called_by(_caller(meeting)))
    facts = "\n".join(f"- {line}" for line in [*known, *_came(meeting)])
    begin, meeting_itself, *others = (f"## {heading}\n" for heading in HEADINGS)
    return "\n\n".join([begin, f"{meeting_itself}\n{facts}\n", *others])


def written_by_hand(meeting: Meeting, text: str) -> str:
    """Return notes without the lines in which the template says, in any language, what is known already."""
    known = set(_own_counts())
    for each in Language:
        with speaking(each):
            known |= {f"- {line}" for line in (_held(meeting), *map(_called_by, CALLERS))}
    return "\n".join(line for line in text.splitlines() if line.strip() not in known)


def without_empty_sections(text: str) -> str:
    """Return notes without those headings of the template that nobody wrote anything below.

    A heading that somebody typed stays: it may say all: "## Nästa träff blir den 12 januari".
    """
    kept: list[str] = []
    below = 1  # the level of the heading that stands next below, 9 for other words
    for line in reversed(text.splitlines()):
        heading = HEADING.match(line)
        level = len(heading[1]) if heading else 9
        if below <= level and line.strip() in _own_headings():
            continue
        kept.append(line)
        below = level if line.strip() else below
    return "\n".join(reversed(kept)).strip()


def has_every_line(text: str, *, of: str) -> bool:
    """Return True if every line of another text stands somewhere in this one, whatever the spaces between."""
    whole = " ".join(text.split())
    return all(" ".join(line.split()) in whole for line in of.splitlines())


def count_differs(meeting: Meeting, *texts: str) -> str:
    """Return a warning if a line of the template says another number than the head count; "" if none does."""
    if meeting.counting is Counting.NOT_YET:
        return ""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    written = [_own_counts()[line] for line in lines if line in _own_counts()]
    wrong = next((each for each in written if each != meeting.head_count), None)
    if wrong is None:
        return ""
    if meeting.head_count is None:
        return _(
            "Anteckningarna säger att %(written)d kom, men det är sparat att ni inte räknade. Ändra det som "
            "är fel.",
            written=wrong,
        )
    return _(
        "Anteckningarna säger att %(written)d kom, men antalet som är sparat är %(saved)d. Ändra det som är "
        "fel.",
        written=wrong, saved=meeting.head_count,
    )  # fmt: skip


@cache
def _own_counts() -> dict[str, int]:
    """Return the lines in which the template says how many came, in all languages, with their numbers."""
    found: dict[str, int] = {}
    for each in Language:
        with speaking(each):
            found |= {f"- {_came_by(number)}": number for number in range(MOST_HEADS + 1)}
    return found


@cache
def _own_headings() -> frozenset[str]:
    """Return the lines that the template writes as headings, in all languages: a draft may be in any."""
    found = set()
    for each in Language:
        with speaking(each):
            found |= {f"## {heading}" for heading in HEADINGS}
    return frozenset(found)


def _held(meeting: Meeting) -> str:
    return f"{KINDS[meeting.kind]}: {when_said(meeting)}"


def _called_by(role: LazyString) -> str:
    return _("Inbjudan kom från %(role)s.", role=role)


def _caller(meeting: Meeting) -> LazyString:
    """Return the role, never the name, of whoever called the meeting."""
    of_area, of_nobody, of_lead, of_other = CALLERS
    if meeting.group is None:
        return of_area
    current = [each for each in coordinators_of(meeting.group) if each.is_current]
    called = next((each for each in current if each.person_id == meeting.called_by_id), None)
    if called is None:
        return of_nobody
    return of_lead if called.is_lead else of_other


def _came(meeting: Meeting) -> list[str]:
    if meeting.counting is not Counting.COUNTED or meeting.head_count is None:
        return []
    return [_came_by(meeting.head_count)]


def _came_by(number: int) -> str:
    return ngettext("%(num)d person kom.", "%(num)d personer kom.", number)
