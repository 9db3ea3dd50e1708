"""Which mails one wants, "I have moved", leaving and second thoughts: from a mail's link without signing in.

The one-click address that mail programs press (RFC 8058) is the only one here without a mark against forgery:
its link proves itself, it stops mails and does nothing else, and that can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response

from watch import language, tokens
from watch.access import Permission, current_person, public, requires
from watch.errors import LinkExpired
from watch.extensions import csrf, db
from watch.groups.errors import AlreadyMember, FlatTaken, LastCoordinator, TooLateToUndo
from watch.groups.forms import ChooseAreaForm, ChooseNoticesForm
from watch.groups.queries import choices, members
from watch.groups.queries.choices import AreaChoice, Choosing
from watch.groups.service import choices as choices_service
from watch.groups.service import members as members_service
from watch.limits import limit_network
from watch.models import Group, Membership, NoticeChoice, OutboxRow, Purpose, utcnow
from watch.web import ViewAnswer

bp = Blueprint("choices", __name__)

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@dataclass(frozen=True)
class Forms:
    """The choices on a page: one of mails for each membership, one of notices for each person and area."""

    groups: list[tuple[Membership, ChooseNoticesForm]]
    areas: list[tuple[AreaChoice, ChooseAreaForm]]

    @classmethod
    def of(cls, memberships: Iterable[Membership], areas: Iterable[AreaChoice]) -> Forms:
        """With what was chosen before, or with what was sent."""
        return cls(
            [(each, ChooseNoticesForm(prefix=f"m{each.id}", data={"notices": each.notices}))
             for each in memberships],
            [(each, ChooseAreaForm(prefix=f"a{each.area.id}-{each.person.id}",
                                   data={"wanted": "yes" if each.is_wanted else "no"}))
             for each in areas],
        )  # fmt: skip

    @property
    def all(self) -> list[ChooseNoticesForm | ChooseAreaForm]:
        """Every form."""
        return [*(form for _for, form in self.groups), *(form for _for, form in self.areas)]

    def validate(self) -> bool:
        """Ask every one: all that is wrong is said at once."""
        return [form for form in self.all if not form.validate()] == []

    def keep(self) -> None:
        """Keep what was chosen; each chooses for themselves."""
        for membership, form in self.groups:
            choices_service.choose_notices(membership, form.notices.data, by=membership.person)
        for choice, area_form in self.areas:
            person = choice.person
            choices_service.choose_area_notices(person, choice.area, is_wanted=area_form.is_wanted, by=person)


@bp.get("/u/<token>")
@public
def show(token: str) -> ViewAnswer:
    """What everyone whom the mail names gets by mail, to be changed; and ways out of the group."""
    choosing = _behind(token)
    return _choices_page(token, choosing, Forms.of(choosing.current, choosing.areas))


@bp.post("/u/<token>")
@csrf.exempt
@public
@limit_network("600 per hour")  # a mail provider presses for many of its readers
def unsubscribe(token: str) -> Response:
    """One click in the mail program (RFC 8058): no more mails of this list to those whom the mail names.

    An area's notices are one list, a group's own mails another: each goes on without the other.
    """
    name, value = ONE_CLICK
    if request.form.get(name) != value:
        abort(400)
    row = _row_behind(token)
    choosing = choices.choosing_by_mail(row, utcnow())
    if choosing.of_area:
        for person in choices.readers_of(row):
            choices_service.choose_area_notices(person, choosing.of_area, is_wanted=False, by=person)
    else:
        for membership in choosing.current:
            choices_service.choose_notices(membership, NoticeChoice.NOTHING, by=membership.person)
    db.session.commit()
    with language.speaking(row.language):
        told = _unsubscribed(choosing)
    return Response(f"{told}\n", mimetype="text/plain", headers={"Content-Language": row.language.value})


def _unsubscribed(choosing: Choosing) -> str:
    if choosing.of_area:
        return _(
            "Klart. Inga fler meddelanden till hela %(area)s kommer. Du kan ändra dig med länken i mejlet.",
            area=choosing.of_area.name,
        )
    return _("Klart. Det kommer inga fler mejl från gruppen. Du kan ändra dig med länken i mejlet.")


@bp.post("/u/<token>/choose")
@public
@limit_network("60 per hour")
def choose(token: str) -> ViewAnswer:
    """Keep what was chosen for everyone, every group and every area on the page."""
    choosing = _behind(token)
    forms = Forms.of(choosing.current, choosing.areas)
    if not forms.validate():
        return _choices_page(token, choosing, forms), 422
    forms.keep()
    db.session.commit()
    return _back(token, _l("Ditt val är sparat. Det gäller från och med nu."))


@bp.get("/u/<token>/<int:membership_id>/moved")
@public
def ask_moved(token: str, membership_id: int) -> ViewAnswer:
    """What moving out means, asked once."""
    return _ask("groups/choices/ask_moved.html", token, membership_id)


@bp.post("/u/<token>/<int:membership_id>/moved")
@public
@limit_network("60 per hour")
def moved(token: str, membership_id: int) -> ViewAnswer:
    """They live elsewhere now."""
    membership = _mine(token, membership_id)
    if membership.left_at is None:
        try:
            choices_service.i_have_moved(membership, by=membership.person)
        except LastCoordinator:
            return _ask_page("groups/choices/ask_moved.html", token, membership, is_last=True), 409
        db.session.commit()
    return _back(token, _l("Tack för att du sa till. Du är inte med i gruppen längre."))


@bp.get("/u/<token>/<int:membership_id>/leave")
@public
def ask_leave(token: str, membership_id: int) -> ViewAnswer:
    """What leaving means, asked once."""
    return _ask("groups/choices/ask_leave.html", token, membership_id)


@bp.post("/u/<token>/<int:membership_id>/leave")
@public
@limit_network("60 per hour")
def leave(token: str, membership_id: int) -> ViewAnswer:
    """Leave the group at once."""
    membership = _mine(token, membership_id)
    if membership.left_at is None:
        try:
            members_service.leave(membership, by=membership.person)
        except LastCoordinator:
            return _ask_page("groups/choices/ask_leave.html", token, membership, is_last=True), 409
        db.session.commit()
    return _back(token, _l("Du har lämnat gruppen. Dina uppgifter raderas inom 30 dagar."))


@bp.post("/u/<token>/<int:membership_id>/back")
@public
@limit_network("60 per hour")
def take_back(token: str, membership_id: int) -> ViewAnswer:
    """Second thoughts: be in the group again."""
    membership = _mine(token, membership_id)
    try:
        choices_service.take_back(membership, by=membership.person)
    except (FlatTaken, AlreadyMember, TooLateToUndo):
        told = _l("Det går inte att ångra längre. Prata med ett kontaktombud, eller be att få gå med igen.")
        return _back(token, told, "warn")
    db.session.commit()
    return _back(token, _l("Välkommen tillbaka! Du är med i gruppen igen."))


@bp.get("/groups/<int:group_id>/mail")
@requires(Permission.SEE_GROUP)
def own(group: Group) -> ViewAnswer:
    """The same choice for a member who is signed in."""
    return render_template("groups/choices/own.html", group=group, forms=_my_forms(group))


@bp.post("/groups/<int:group_id>/mail")
@requires(Permission.SEE_GROUP)
def save(group: Group) -> ViewAnswer:
    """Keep a signed-in member's choice."""
    forms = _my_forms(group)
    if not forms.validate():
        return render_template("groups/choices/own.html", group=group, forms=forms), 422
    forms.keep()
    db.session.commit()
    flash(_("Ditt val är sparat. Det gäller från och med nu."), "done")
    return redirect(url_for("groups.choices.own", group_id=group.id), 303)


def _my_forms(group: Group) -> Forms:
    membership = members.active_membership(current_person(), group) or abort(403)
    return Forms.of([membership], choices.area_choices([membership]))


def _row_behind(token: str) -> OutboxRow:
    """The row of a notice or a meeting that a link was made for. Raises BadToken, LinkExpired."""
    row = tokens.row_of(Purpose.UNSUBSCRIBE, OutboxRow, token)
    if not (row.mailing.notice_id or row.mailing.meeting_id):
        raise LinkExpired
    return row


def _behind(token: str) -> Choosing:
    """What may be chosen by a link, in its mail's language. Raises BadToken, LinkExpired."""
    row = _row_behind(token)
    language.follow_letter(row.language)
    choosing = choices.choosing_by_mail(row, utcnow())
    if not choosing.people:
        raise LinkExpired
    return choosing


def _mine(token: str, membership_id: int) -> Membership:
    """One of the memberships that the link opens, current or ended lately."""
    choosing = _behind(token)
    theirs = {each.id: each for each in (*choosing.current, *choosing.ended)}
    return theirs.get(membership_id) or abort(404)


def _choices_page(token: str, choosing: Choosing, forms: Forms) -> str:
    return render_template(
        "groups/choices/show.html",
        token=token,
        choosing=choosing,
        forms=forms,
        lost_appointment=choices.with_lost_appointment(choosing.ended),
        second_thoughts=choices.SECOND_THOUGHTS,
    )


def _ask(page: str, token: str, membership_id: int) -> str | Response:
    """The question before moving or leaving; once it is answered, where its undo is."""
    membership = _mine(token, membership_id)
    if membership.left_at is not None:
        return redirect(url_for("groups.choices.show", token=token), 303)
    return _ask_page(page, token, membership)


def _ask_page(page: str, token: str, membership: Membership, *, is_last: bool = False) -> str:
    return render_template(page, token=token, membership=membership, is_last=is_last)


def _back(token: str, told: LazyString, kind: str = "done") -> Response:
    flash(str(told), kind)
    return redirect(url_for("groups.choices.show", token=token), 303)
