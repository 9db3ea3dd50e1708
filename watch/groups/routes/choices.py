"""Pages for choosing mails, moving and leaving, opened by a mail's link without signing in.

The one-click address that mail programs press (RFC 8058) is the only one here without a CSRF token. Its link
proves itself, and it only stops mails, which can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import language, tokens
from watch.access import current_person, public, requires
from watch.errors import LinkExpired
from watch.extensions import csrf, db
from watch.groups.errors import LastCoordinator
from watch.groups.forms import ChooseAreaForm, ChooseNoticesForm
from watch.groups.labels import NOT_BACK, WELCOME_BACK
from watch.groups.queries import choices, members
from watch.groups.queries.choices import AreaChoice, Choosing
from watch.groups.queries.interested import choice_of, interests_of_mail
from watch.groups.service import choices as choices_service
from watch.groups.service import members as members_service
from watch.limits import limit_network
from watch.models import Group, Mailing, Membership, MessageAudience, OutboxRow, Purpose, utcnow
from watch.permissions import Permission
from watch.saving import saving
from watch.web import ViewAnswer, sent_to

bp = Blueprint("choices", __name__)

INTEREST_ENDED = _l(
    "Klart. Ditt intresse för grannsamverkan är borttaget. Har du svarat ja eller kanske på en träff får du "
    "ändå påminnelse och besked om den. Du kan ångra dig med länken i mejlet."
)
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@dataclass(frozen=True)
class Forms:
    """All forms of the page: one per membership, and one per person and area."""

    groups: list[tuple[Membership, ChooseNoticesForm]]
    areas: list[tuple[AreaChoice, ChooseAreaForm]]

    @classmethod
    def of(cls, memberships: Iterable[Membership], areas: Iterable[AreaChoice]) -> Forms:
        """Return the forms filled with the current choices, or with what was submitted."""
        return cls(
            [(each, ChooseNoticesForm(prefix=f"m{each.id}", data={"notices": each.notices}))
             for each in memberships],
            [(each, ChooseAreaForm(prefix=f"a{each.area.id}-{each.person.id}",
                                   data={"wanted": "yes" if each.is_wanted else "no"}))
             for each in areas],
        )  # fmt: skip

    @property
    def all(self) -> list[ChooseNoticesForm | ChooseAreaForm]:
        return [*(form for _for, form in self.groups), *(form for _for, form in self.areas)]

    def validate(self) -> bool:
        """Validate every form, so that all errors are shown at once."""
        return [form for form in self.all if not form.validate()] == []

    def keep(self, *, by_link: bool) -> None:
        """Save the choices. By a mailed link, which others may hold, whoever gets less now is mailed so."""
        lost = [
            membership
            for membership, form in self.groups
            if choices_service.choose_notices(membership, form.notices.data, by=membership.person)
        ]
        for choice, of_area in self.areas:
            person, is_wanted = choice.person, of_area.is_wanted
            is_new = choices_service.choose_area_notices(person, choice.area, is_wanted=is_wanted, by=person)
            if is_new and not is_wanted:
                lost += [membership for membership, _form in self.groups if membership.person is person]
        if by_link:
            choices_service.tell_unsubscribed(lost)


@bp.get("/u/<token>")
@public
def show(token: str) -> ViewAnswer:
    choosing = _behind(token)
    return _choices_page(token, choosing, Forms.of(choosing.current, choosing.areas))


@bp.post("/u/<token>")
@csrf.exempt
@public
@limit_network("600 per hour")  # a mail provider presses for many of its users from one network
def unsubscribe(token: str) -> Response:
    """Unsubscribe everybody the mail names from its mailing list, by one click (RFC 8058).

    An area's notices, a group's notices and a group's meetings are three lists; each goes on without the
    others. Who was called to a start meeting because of their interest is on no other list, so the click ends
    the interest. A mail says what was left, and how to take it back.
    """
    name, value = ONE_CLICK
    if request.form.get(name) != value:
        abort(400)
    row = _row_behind(token)
    if not (row.mailing.notice_id or row.mailing.meeting_id):
        raise LinkExpired
    choosing = choices.choosing_by_mail(row, utcnow())
    if choosing.of_area:
        for person in choices.readers_of(row):
            choices_service.unsubscribe_from_area(person, choosing.of_area, choosing.current)
    else:
        for membership in choosing.current:
            choices_service.unsubscribe(membership, meetings=row.mailing.meeting_id is not None)
    interests = interests_of_mail(row)
    for interest in interests:
        choices_service.end_interest(interest)
    db.session.commit()
    with language.speaking(row.language):
        told = INTEREST_ENDED if interests and not choosing.current else _unsubscribed(row, choosing)
    return Response(f"{told}\n", mimetype="text/plain", headers={"Content-Language": row.language.value})


def _unsubscribed(row: OutboxRow, choosing: Choosing) -> str:
    if choosing.of_area:
        return _(
            "Klart. Inga fler meddelanden till hela %(area)s kommer. Du kan ändra dig med länken i mejlet.",
            area=choosing.of_area.name,
        )
    if row.mailing.meeting_id:
        return _(
            "Klart. Inga fler inbjudningar till träffar kommer. Har du svarat ja eller kanske på en "
            "träff får du ändå påminnelse och besked om den. Du kan ändra dig med länken i mejlet."
        )
    return _("Klart. Inga fler meddelanden från gruppen kommer. Du kan ändra dig med länken i mejlet.")


@bp.post("/u/<token>/choose")
@public
@limit_network("60 per hour")
def choose(token: str) -> ViewAnswer:
    choosing = _behind(token)
    forms = Forms.of(choosing.current, choosing.areas)
    if not forms.validate():
        return _choices_page(token, choosing, forms), 422
    with saving(_("Ditt val är sparat. Det gäller från och med nu.")):
        forms.keep(by_link=True)
    return _to_choices(token)


@bp.get("/u/<token>/<int:membership_id>/moved")
@public
def ask_moved(token: str, membership_id: int) -> ViewAnswer:
    return _ask("groups/choices/ask_moved.html", token, membership_id)


@bp.post("/u/<token>/<int:membership_id>/moved")
@public
@limit_network("60 per hour")
def moved(token: str, membership_id: int) -> ViewAnswer:
    membership = _mine(token, membership_id)
    if membership.left_at is None:
        try:
            choices_service.i_have_moved(membership, by=membership.person)
        except LastCoordinator:
            return _ask_page("groups/choices/ask_moved.html", token, membership, is_last=True), 409
        db.session.commit()
    flash(_("Tack för att du sa till. Du är inte med i gruppen längre."), "done")
    return _to_choices(token)


@bp.get("/u/<token>/<int:membership_id>/leave")
@public
def ask_leave(token: str, membership_id: int) -> ViewAnswer:
    return _ask("groups/choices/ask_leave.html", token, membership_id)


@bp.post("/u/<token>/<int:membership_id>/leave")
@public
@limit_network("60 per hour")
def leave(token: str, membership_id: int) -> ViewAnswer:
    membership = _mine(token, membership_id)
    if membership.left_at is None:
        try:
            members_service.leave(membership, by=membership.person)
        except LastCoordinator:
            return _ask_page("groups/choices/ask_leave.html", token, membership, is_last=True), 409
        db.session.commit()
    flash(_("Du har lämnat gruppen. Dina uppgifter raderas inom 30 dagar."), "done")
    return _to_choices(token)


@bp.post("/u/<token>/<int:membership_id>/back")
@public
@limit_network("60 per hour")
def take_back(token: str, membership_id: int) -> ViewAnswer:
    membership = _mine(token, membership_id)
    with saving(WELCOME_BACK, unless=NOT_BACK):
        choices_service.take_back(membership, by=membership.person)
    return _to_choices(token)


@bp.post("/u/<token>/<int:membership_id>/again")
@public
@limit_network("60 per hour")
def subscribe_again(token: str, membership_id: int) -> ViewAnswer:
    """Put a member on a list again that they have left, by one press."""
    membership = _mine(token, membership_id)
    with saving(_("Klart. Nu får du sådana mejl igen.")):
        choices_service.subscribe_again(membership, request.form.get("list", ""))
    return _to_choices(token)


@bp.get("/groups/<int:group_id>/mail")
@requires(Permission.SEE_GROUP)
def own(group: Group) -> ViewAnswer:
    return render_template("groups/choices/own.html", group=group, forms=_my_forms(group))


@bp.post("/groups/<int:group_id>/mail")
@requires(Permission.SEE_GROUP)
def save(group: Group) -> ViewAnswer:
    forms = _my_forms(group)
    if not forms.validate():
        return render_template("groups/choices/own.html", group=group, forms=forms), 422
    with saving(_("Ditt val är sparat. Det gäller från och med nu.")):
        forms.keep(by_link=False)
    return redirect(url_for("groups.choices.own", group_id=group.id), 303)


def _my_forms(group: Group) -> Forms:
    membership = members.active_membership(current_person(), group) or abort(403)
    return Forms.of([membership], choices.area_choices([membership]))


def _row_behind(token: str) -> OutboxRow:
    """Return the outbox row of a link to its reader's choices. Raises BadToken and LinkExpired."""
    row = tokens.row_of(Purpose.UNSUBSCRIBE, OutboxRow, token)
    if not (choices.opens_choices(row.mailing) or _is_to_members(row.mailing)):
        raise LinkExpired
    return row


def _is_to_members(mailing: Mailing) -> bool:
    message = mailing.contact_message
    return message is not None and message.audience is MessageAudience.MEMBERS


def _behind(token: str) -> Choosing:
    """Return what the link lets its reader choose, in the mail's language. Raises BadToken, LinkExpired."""
    row = _row_behind(token)
    language.follow_letter(row.language)
    sent_to(mailbox_id=row.mailbox_id)
    choosing = choices.choosing_by_mail(row, utcnow())
    if not choosing.people and not interests_of_mail(row):
        raise LinkExpired
    return choosing


def _mine(token: str, membership_id: int) -> Membership:
    """Return a membership that the link may change, current or ended recently."""
    choosing = _behind(token)
    theirs = {each.id: each for each in (*choosing.current, *choosing.ended)}
    return theirs.get(membership_id) or abort(404)


def _choices_page(token: str, choosing: Choosing, forms: Forms) -> str:
    return render_template(
        "groups/choices/show.html",
        token=token,
        choosing=choosing,
        forms=forms,
        interests=[choice_of(each, utcnow()) for each in interests_of_mail(_row_behind(token))],
        left=choices.lists_left(_row_behind(token).mailing, choosing),
        lost_appointment=choices.with_lost_appointment(choosing.ended),
        second_thoughts=choices.SECOND_THOUGHTS,
    )


def _ask(page: str, token: str, membership_id: int) -> ViewAnswer:
    """Show the question, or the page with its undo if the membership has ended already."""
    membership = _mine(token, membership_id)
    if membership.left_at is not None:
        return redirect(url_for("groups.choices.show", token=token), 303)
    return _ask_page(page, token, membership)


def _ask_page(page: str, token: str, membership: Membership, *, is_last: bool = False) -> str:
    return render_template(page, token=token, membership=membership, is_last=is_last)


def _to_choices(token: str) -> Response:
    return redirect(url_for("groups.choices.show", token=token), 303)
