"""Changes to findings: written down, reported on, taken away, and told to those who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from watch import audit
from watch.extensions import db
from watch.findings import queries
from watch.findings.errors import (
    ChangedMeanwhile,
    FindingRemoved,
    NobodyToAsk,
    NothingNew,
    ReportedMeanwhile,
    ReportedOften,
)
from watch.findings.queries import Place, links
from watch.findings.service.asking import ask_owner, end_link, open_link_again
from watch.findings.service.telling import (
    standing_of,
    take_news_back,
    tell,
    tell_brought_back,
    tell_removed,
)
from watch.mail import outbox
from watch.models import (
    CLOSED,
    Area,
    Finding,
    FindingFollower,
    FindingLink,
    FindingOwner,
    FindingStatus,
    FindingStep,
    Group,
    Meeting,
    Person,
    Spot,
    utcnow,
)
from watch.statements import changed, upsert

DAY = timedelta(days=1)
REPORTS_BY_LINK = 5  # in a day; somebody may have got hold of the link


@dataclass(frozen=True)
class Plan:
    """What is to be mended, where, by whom and until when."""

    spot: Spot
    what: str
    owner: FindingOwner
    due_on: date | None = None
    building_id: int | None = None
    stairwell_id: int | None = None


@dataclass(frozen=True)
class Report:
    """What has happened: a status, words, and another day by which it is to be mended."""

    status: FindingStatus
    text: str | None
    due_on: date | None


def add(
    place: Place, plan: Plan, *, by: Person, meeting: Meeting | None = None, form_key: str | None = None
) -> Finding:
    """Write down a finding in a group or an area, and mail a link to the owner's contact person, if any.

    The same form sent twice makes one finding.
    """
    known = select(Finding).where(Finding.form_key == form_key, Finding.form_key.is_not(None))
    if found := db.session.scalar(known):
        return found
    finding = Finding(meeting_id=meeting.id if meeting else None, by_id=by.id, form_key=form_key)
    finding.group, finding.area = (place, None) if isinstance(place, Group) else (None, place)
    _write(finding, plan)
    try:
        with db.session.begin_nested():
            db.session.add(finding)
    except IntegrityError:  # the same press, a moment earlier
        return db.session.scalars(known).one()
    ask_owner(finding)
    _note("finding-added", finding, by)
    return finding


def change(finding: Finding, plan: Plan, *, seen: str, by: Person) -> None:
    """Correct what a finding says. If it is another contact person's now, they get a link.

    One that was taken away comes back. `seen` is its mark when the form was shown. Raises ChangedMeanwhile if
    it says something else by now.
    """
    db.session.refresh(finding, with_for_update=True)  # of two presses at once, the second sees the first
    if finding.removed_at is None and _says(finding, plan):
        return
    if seen != queries.words_mark_of(finding):
        raise ChangedMeanwhile
    bring_back(finding, by=by)
    asked, due_before = (finding.owner, links.contact_of(finding)), finding.due_on
    _write(finding, plan)
    db.session.flush()
    db.session.expire(finding, ["building", "stairwell"])  # read anew, because they may be others
    if (finding.owner, links.contact_of(finding)) != asked:
        end_link(finding)
        ask_owner(finding)
    if finding.due_on != due_before:
        tell(finding)
    _note("finding-changed", finding, by)


def report(
    finding: Finding, said: Report, *, role: FindingOwner, by: Person | None, seen: str | None = None
) -> FindingStep:
    """Add a dated step, and tell whoever asked if status, outcome or day are others now.

    `seen` is the finding's mark when the form was shown. Raises FindingRemoved, NothingNew if nothing is,
    ReportedMeanwhile if it has another mark now, and by the mailed link (`by` is None) ReportedOften.
    """
    if seen is not None:
        db.session.refresh(finding, with_for_update=True)  # of two presses at once, the second sees the first
    if finding.removed_at is not None:
        raise FindingRemoved
    before = standing_of(finding)
    if is_said(finding, said):
        raise NothingNew
    if seen is not None and seen != queries.mark_of(finding):
        raise ReportedMeanwhile
    if by is None and links.reports_by_link(finding, since=utcnow() - DAY) >= REPORTS_BY_LINK:
        raise ReportedOften
    step = FindingStep(finding_id=finding.id, role=role, status=said.status, text=said.text or None)
    step.by_id, step.due_before, step.due_on = by.id if by else None, finding.due_on, said.due_on
    db.session.add(step)
    finding.due_on = said.due_on
    _stand(finding, step, asks_owner=not links.is_their_own_word(finding, by))
    if standing_of(finding) != before:
        tell(finding)
    _note("finding-reported", finding, by)
    return step


def is_said(finding: Finding, said: Report) -> bool:
    """Return True if all of a report stands there already, because it was sent twice for example."""
    last = next(reversed(queries.steps_of(finding)), None)
    repeats = last is not None and (last.status, last.text) == (said.status, said.text or None)
    return (finding.status, finding.due_on) == (said.status, said.due_on) and (repeats or not said.text)


def undo_step(finding: Finding, step_id: int, *, by: Person) -> None:
    """Take away a step and the day that it set; after the last one, the one before counts again.

    Whoever was mailed of it is told what holds instead. Twice takes away no other.
    """
    steps = list(queries.steps_of(finding))
    unwanted = next((each for each in steps if each.id == step_id), None)
    if unwanted is None:
        return
    was_last, before = steps[-1] is unwanted, standing_of(finding)
    _put_day_back(finding, unwanted, [each for each in steps if each.id > step_id])
    steps.remove(unwanted)
    db.session.delete(unwanted)
    db.session.flush()
    if was_last:
        open_link_again(finding)
        _stand(finding, steps[-1] if steps else None)
    if standing_of(finding) != before:
        take_news_back(finding, unwanted, is_all=was_last and before.due_on == unwanted.due_on)
    _note("finding-step-undone", finding, by)


def remove(finding: Finding, *, by: Person) -> None:
    """Take away a finding that should not stand there. Its link ends and its waiting mails are left out.

    Whoever was mailed of it is told, without its words: it may be removed for what they say.
    """
    if finding.removed_at is None:
        finding.removed_at = utcnow()
        outbox.cancel(finding)
        end_link(finding)
        tell_removed(finding)
        _note("finding-removed", finding, by)


def bring_back(finding: Finding, *, by: Person) -> None:
    """Undo taking a finding away, and mail what holds to whoever has read that it was removed."""
    if finding.removed_at is not None:
        finding.removed_at = None
        tell_brought_back(finding)
        open_link_again(finding)
        ask_owner(finding)
        _note("finding-brought-back", finding, by)


def follow(finding: Finding, person: Person) -> None:
    """Let a person hear what becomes of a finding. Doing so twice has no further effect."""
    row = {"finding_id": finding.id, "person_id": person.id, "since": utcnow()}
    db.session.execute(upsert(FindingFollower).values(row).on_conflict_do_nothing())


def unfollow(finding: Finding, person: Person) -> None:
    """Let a person hear of it no more."""
    theirs = FindingFollower.finding_id == finding.id, FindingFollower.person_id == person.id
    changed(delete(FindingFollower).where(*theirs))


def renew_link(finding: Finding, *, sent: str, by: Person) -> None:
    """Mail a new link to the owner's contact person; the one before ends. Raises NobodyToAsk.

    `sent` is when the one before was mailed, as the page showed it: a press that comes twice renews once.
    """
    if links.contact_of(finding) is None:
        raise NobodyToAsk
    if sent != links.link_sent_at(finding):
        return
    end_link(finding)
    ask_owner(finding)
    _note("finding-link-renewed", finding, by)


def renew_expired_link(link: FindingLink) -> None:
    """Mail a new link to the contact person whose link has become too old; once a day at most.

    It goes to the address that the old one went to, because whoever presses may have found the link.
    """
    db.session.refresh(link, with_for_update=True)  # of two presses at once, the second finds it renewed
    now = utcnow()
    if link.sent_at <= now - DAY and links.can_renew(link, now):
        ask_owner(link.finding)
        _note("finding-link-renewed", link.finding, None)


def mail_moved_links(_now: datetime) -> None:
    """Mail a link to the contact persons of open findings whose address or person is another now.

    The link that went to the one before has ended by itself. Running it twice sends no more.
    """
    waiting = select(FindingLink).join(Finding).where(FindingLink.ended_at.is_(None))
    open_ones = waiting.where(Finding.removed_at.is_(None), Finding.status.not_in(CLOSED))
    for link in db.session.scalars(open_ones.order_by(FindingLink.id)).all():
        if not links.is_theirs(link):
            ask_owner(link.finding)


def _says(finding: Finding, plan: Plan) -> bool:
    return all(getattr(finding, name) == value for name, value in asdict(plan).items())


def _write(finding: Finding, plan: Plan) -> None:
    for name, value in asdict(plan).items():
        if getattr(finding, name) != value:
            setattr(finding, name, value)


def _stand(finding: Finding, step: FindingStep | None, *, asks_owner: bool = True) -> None:
    """Let a finding have the status of its last step, whose words are the outcome if it is closed."""
    finding.status = step.status if step else FindingStatus.OPEN
    finding.outcome = step.text if step and finding.is_closed else None
    finding.changed_at = utcnow()
    db.session.flush()
    if finding.is_closed:
        end_link(finding)
    elif asks_owner:
        ask_owner(finding)


def _put_day_back(finding: Finding, unwanted: FindingStep, later: Sequence[FindingStep]) -> None:
    """Take away the day that a step set, unless somebody has set another since."""
    if not unwanted.moved_day:
        return
    following = next((each for each in later if each.moved_day), None)
    if following is None and finding.due_on == unwanted.due_on:
        finding.due_on = unwanted.due_before
    elif following is not None and following.due_before == unwanted.due_on:
        following.due_before = unwanted.due_before


def _note(what: str, finding: Finding, by: Person | None) -> None:
    area = db.session.get(Area, finding.area_id) if finding.area_id else None
    audit.note(what, about=finding, by=by, group=finding.group, area=area)
