"""Pages for leaving, confirming and withdrawing interest in a group."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch import browser_state as carried
from watch import language, tokens
from watch.access import public
from watch.errors import LinkExpired
from watch.extensions import db
from watch.groups.errors import NotOpen, TooLateToUndo
from watch.groups.queries.interested import choice_of, is_expecting_meeting
from watch.groups.queries.joinable import joinable_stairwells
from watch.interest import service
from watch.interest.forms import JoinByInterestForm, ShowInterestForm
from watch.interest.queries import interest_in_same_mail
from watch.limits import ASKING
from watch.meetings.queries.starting import last_mail_about, next_start_meeting
from watch.models import Building, Interest, JoinRequest, Purpose, utcnow
from watch.saving import saving
from watch.sure import is_sure
from watch.web import ViewAnswer, sent_to

bp = Blueprint("interest", __name__)
NO_GROUP = _l("Huset har ingen grupp att gå med i just nu.")


@bp.app_template_global()
def interest_link(interest: Interest) -> str:
    """Return the address of the page where somebody can end their interest."""
    return url_for("interest.open_link", token=tokens.make(Purpose.CONFIRM_INTEREST, interest))


@bp.app_template_global()
def expects_meeting(interest: Interest) -> bool:
    """Return True if a mail that interest has ended has to say that its person still hears of a meeting."""
    return is_expecting_meeting(interest, utcnow())


@bp.get("/buildings/<int:building_id>/interest")
@public
def show(building_id: int) -> ViewAnswer:
    building = _building(building_id)
    return render_template("interest/show.html", building=building, form=ShowInterestForm())


@bp.post("/buildings/<int:building_id>/interest")
@ASKING
@public
def leave(building_id: int) -> ViewAnswer:
    building = _building(building_id)
    form = ShowInterestForm()
    if not form.validate():
        return render_template("interest/show.html", building=building, form=form), 422
    service.leave_interest(
        building, form.address.data, form.name.data, could_coordinate=form.could_coordinate.data,
        language=language.current(),
    )  # fmt: skip
    db.session.commit()
    session.pop("asked", None)  # the page about waiting now shows the interest, not an earlier request
    session["interest"] = carried.sealed({"address": form.address.data})
    return redirect(url_for(".sent", building_id=building.id), 303)


@bp.get("/buildings/<int:building_id>/interest/sent")
@public
def sent(building_id: int) -> str:
    """Show what happens next: the same page for everyone, with the address typed in this browser."""
    typed = carried.opened(session.get("interest"))
    address = typed["address"] if typed else None
    return render_template("interest/sent.html", building=_building(building_id), address=address)


def _building(building_id: int) -> Building:
    building = db.session.get(Building, building_id)
    return building or abort(404)


@bp.get("/interest/<token>")
@public
def open_link(token: str) -> ViewAnswer:
    """Show an interest. If it has ended, show what came of it, or how to take that back."""
    asked = service.interest_asked(token)
    if request := service.request_made_by(asked):
        return _to_request(request)
    if asked.ended_at is not None:
        return _ended_page(asked)
    interest = _interest_behind(token)
    return _page(token, interest, _join_form(interest))


def _to_request(asked: JoinRequest) -> Response:
    """Lead to the page where the one who asked to join follows their request, and can withdraw it."""
    return redirect(url_for("joining.confirm", token=tokens.make(Purpose.CONFIRM_REQUEST, asked)), 303)


def _ended_page(interest: Interest) -> ViewAnswer:
    language.follow_letter(interest.person.language)
    sent_to(mailbox_id=interest.person.mailbox_id)
    if again := service.shown_again(interest):
        return redirect(interest_link(again), 303)
    choice, others = choice_of(interest, utcnow()), _others(interest)
    if choice.undo_until is None and not others:
        raise LinkExpired(interest.person.language)
    return render_template("interest/ended.html", choice=choice, others=others)


def _others(interest: Interest) -> list[tuple[Interest, str]]:
    others = interest_in_same_mail(interest)
    return [(each, tokens.make(Purpose.CONFIRM_INTEREST, each)) for each in others]


def _interest_behind(token: str) -> Interest:
    """Return the interest of a mailed link, and set the page to the language of the mail.

    Raises LinkExpired and BadToken.
    """
    interest = service.interest_of(token)
    language.follow_letter(interest.person.language)
    sent_to(mailbox_id=interest.person.mailbox_id)
    return interest


def _join_form(interest: Interest) -> JoinByInterestForm | None:
    """Return the form for joining, or None if the building has no group to join."""
    stairwells = joinable_stairwells(interest.building)
    if not stairwells:
        return None
    form = JoinByInterestForm()
    form.offer(stairwells)
    return form


def _page(token: str, interest: Interest, form: JoinByInterestForm | None) -> str:
    meeting = next_start_meeting(interest.building, utcnow()) if interest.confirmed_at else None
    mail = last_mail_about(meeting, interest.person) if meeting else None
    return render_template(
        "interest/open_link.html", token=token, interest=interest, form=form, others=_others(interest),
        meeting=meeting,
        answer_token=tokens.make(Purpose.ANSWER, mail) if mail else None,
    )  # fmt: skip


@bp.post("/interest/<token>")
@public
def confirm(token: str) -> Response:
    service.confirm_interest(_interest_behind(token))
    session.pop("interest", None)
    db.session.commit()
    flash(_("Tack! Ditt intresse är bekräftat."), "done")
    return redirect(url_for(".open_link", token=token), 303)


@bp.post("/interest/<token>/name")
@public
def tell_name(token: str) -> Response:
    interest = _interest_behind(token)
    with saving(_("Nu kan kommunpolisen se ditt namn.")):
        service.tell_name(interest)
    return redirect(url_for(".open_link", token=token), 303)


@bp.post("/interest/<token>/unname")
@public
def take_back_name(token: str) -> Response:
    interest = _interest_behind(token)
    with saving(_("Nu kan kommunpolisen inte se ditt namn längre. Ditt intresse är kvar.")):
        service.take_back_name(interest)
    return redirect(url_for(".open_link", token=token), 303)


@bp.get("/interest/<token>/join")
@public
def back_to_open(token: str) -> Response:
    """Redirect, because a form shown with errors has this address and Back requests it with GET."""
    return redirect(url_for(".open_link", token=token), 303)


@bp.post("/interest/<token>/join")
@public
def join(token: str) -> ViewAnswer:
    interest = service.interest_asked(token)
    language.follow_letter(interest.person.language)
    thanks = _("Tack! Ett kontaktombud i huset svarar dig med mejl.")
    if asked := service.request_made_by(interest):  # pressed again
        return _to_request(asked)
    form = _join_form(_interest_behind(token))
    if form is None:
        flash(str(NO_GROUP), "info")
        return redirect(url_for(".open_link", token=token), 303)
    if not form.validate() or form.chosen_stairwell is None:
        return _page(token, interest, form), 422
    with saving(thanks, already={NotOpen: NO_GROUP}):
        service.join_from_interest(interest, form.chosen_stairwell, flat=form.flat)
    return redirect(url_for(".open_link", token=token), 303)


@bp.post("/interest/<token>/withdraw")
@public
def withdraw(token: str) -> Response:
    interest = service.interest_asked(token)
    language.follow_letter(interest.person.language)
    if not is_sure():
        return redirect(url_for(".open_link", token=token), 303)
    service.withdraw(interest)
    db.session.commit()
    return redirect(url_for(".open_link", token=token), 303)


@bp.post("/interest/<token>/again")
@public
def show_again(token: str) -> Response:
    interest = service.interest_asked(token)
    language.follow_letter(interest.person.language)
    too_late = _("Det går inte att ångra längre. Anmäl ditt intresse igen i stället.")
    with saving(_("Klart. Ditt intresse räknas igen."), unless={TooLateToUndo: too_late}):
        service.show_again(interest)
    return redirect(url_for(".open_link", token=token), 303)
