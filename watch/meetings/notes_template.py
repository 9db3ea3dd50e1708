"""What the notes of a meeting begin with: who called it, when, how many came, and what to write about.

The questions are those of a real residents' meeting (domain.md).
"""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from watch.groups.queries.members import coordinators_of
from watch.meetings.labels import KINDS, when_said
from watch.meetings.queries.calls import was_called
from watch.models import Counting, Meeting


def first_draft(meeting: Meeting) -> str:
    """Return the template in the writer's language, with what is known of the meeting."""
    known = [f"{KINDS[meeting.kind]}: {when_said(meeting)}"]
    if was_called(meeting):
        known.append(_("Inbjudan kom från %(role)s.", role=_caller(meeting)))
    headings = (
        _("Kort sagt"),
        _("Träffen"),
        _("Vad är bra?"),
        _("Vad kan bli bättre?"),
        _("Vad kan vi göra tillsammans?"),
        _("Polisen"),
        _("Fastighetsägaren"),
    )
    facts = "\n".join(f"- {line}" for line in [*known, *_came(meeting)])
    begin, meeting_itself, *others = (f"## {heading}\n" for heading in headings)
    return "\n\n".join([begin, f"{meeting_itself}\n{facts}\n", *others])


def _caller(meeting: Meeting) -> str:
    """Return the role, never the name, of whoever called the meeting."""
    if meeting.group is None:
        return _("den som är ansvarig för området")
    current = [each for each in coordinators_of(meeting.group) if each.is_current]
    called = next((each for each in current if each.person_id == meeting.called_by_id), None)
    if called is None:
        return _("kontaktombuden")
    return _("huvudkontaktombudet") if called.is_lead else _("kontaktombudet")


def _came(meeting: Meeting) -> list[str]:
    if meeting.counting is not Counting.COUNTED or meeting.head_count is None:
        return []
    return [ngettext("%(num)d person kom.", "%(num)d personer kom.", meeting.head_count)]
