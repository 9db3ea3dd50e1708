"""Pages of the mailed invitation: accept, decline, take a refusal back, and the welcome page."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from watch import language
from watch.access import current_person, public
from watch.bands import FEW, banded, least
from watch.browser_state import SHOWN_WITHIN
from watch.errors import GroupEnded, LinkExpired
from watch.extensions import db
from watch.groups.errors import NotOpen
from watch.groups.queries.households import counts_of_group
from watch.groups.queries.members import has_paper_members
from watch.invitations.queries.inviting import members_on_mailbox, stairwells_to_accept_in
from watch.joining.forms import AcceptInvitationForm, DeclineInvitationForm
from watch.joining.queries.asking import flat_asked_for
from watch.joining.routes.blueprint import bp
from watch.joining.service import answering, changing
from watch.joining.service.asking import Submission
from watch.limits import ASKING
from watch.models import ConsentChannel, GroupState, Invitation, Language, Membership, utcnow
from watch.printing.queries import poster_of
from watch.sure import is_sure
from watch.web import ViewAnswer, sent_to


@bp.get("/join/<token>")
@public
def open_invitation(token: str) -> ViewAnswer:
    """Show the invitation; after it was declined, the page for taking that back; lead a member on."""
    if declined := answering.declined_invitation_of(token):
        invitation, never_again = declined
        _speak_as(invitation)
        return render_template(
            "joining/declined.html", token=token, invitation=invitation, never_again=never_again
        )
    try:
        invitation = answering.invitation_of(token)
    except LinkExpired:
        if accepted := _accepted_by_reader(token):
            return redirect(accepted, 303)
        raise
    _speak_as(invitation)
    return _open_page(token, invitation, _accept_form(invitation))


def _accepted_by_reader(token: str) -> str | None:
    """Return the page of the group that the reader has joined by this invitation, or None."""
    if current_user.is_authenticated:
        membership = answering.membership_by(token, current_person().mailbox_id)
        return url_for("groups.show", group_id=membership.group_id) if membership else None
    joined = db.session.get(Membership, session.get("joined", (0, 0))[0])
    is_here = joined and answering.membership_by(token, joined.person.mailbox_id) is joined
    return url_for("joining.joined") if is_here else None


def _accept_form(invitation: Invitation) -> AcceptInvitationForm:
    name = None if invitation.is_transferable else invitation.name
    form = AcceptInvitationForm(data={"language": language.current(), "name": name})
    if not invitation.is_transferable:
        del form.address
    if not invitation.flat or invitation.is_transferable or not has_paper_members(invitation.group):
        del form.was_on_paper
    if invitation.flat:
        form.know_door(invitation.flat)
    else:
        form.offer(stairwells_to_accept_in(invitation))
    return form


def _open_page(token: str, invitation: Invitation, form: AcceptInvitationForm) -> str:
    no = DeclineInvitationForm()
    if invitation.is_transferable:  # whoever has the link need not be the owner of the address
        del no.never_again
    shared = (
        members_on_mailbox(invitation.group, invitation.mailbox_id)
        if invitation.mailbox_id is not None and not invitation.is_transferable
        else []
    )
    return render_template(
        "joining/open_invitation.html", token=token, invitation=invitation, form=form, no=no, shared=shared
    )  # fmt: skip


@bp.get("/join/<token>/accept")
@public
def back_to_invitation(token: str) -> Response:
    """Redirect, because a form shown with errors has this address and Back requests it with GET."""
    return redirect(url_for(".open_invitation", token=token), 303)


def _speak_as(invitation: Invitation) -> None:
    """Use the invitation's language, except Swedish, the default that perhaps nobody chose."""
    if invitation.language is not Language.SWEDISH:
        language.follow_letter(invitation.language)
    if not invitation.is_transferable:
        sent_to(mailbox_id=invitation.mailbox_id)


@bp.post("/join/<token>/accept")
@ASKING
@public
def accept(token: str) -> ViewAnswer:
    """Join without approval, because the link has verified the address.

    The form key makes pressing twice show the first result.
    """
    key = AcceptInvitationForm().form_key.data
    try:
        invitation = answering.invitation_of(token)
        _speak_as(invitation)
        form = _accept_form(invitation)
        if not form.validate() or form.chosen_stairwell is None:
            return _open_page(token, invitation, form), 422
        if invitation.is_transferable:
            return _ask_for(invitation, form)
        membership = answering.accept(
            invitation, form.name.data, stairwell=form.chosen_stairwell, flat=form.flat,
            language=form.language.data,
            form_key=key, was_on_paper=bool(form.was_on_paper and form.was_on_paper.data),
        )  # fmt: skip
    except LinkExpired:
        db.session.rollback()
        before = answering.membership_of_form(key) if key else None
        if before is None:
            raise
        membership = before
    db.session.commit()
    session["language"] = membership.person.language.value
    return light_window(membership)


def _ask_for(invitation: Invitation, form: AcceptInvitationForm) -> ViewAnswer:
    """Send a join request, because a transferable link verifies no address."""
    assert form.chosen_stairwell is not None
    stairwell, flat = form.chosen_stairwell, invitation.flat or form.flat
    try:
        session["asked"] = changing.send_request(
            Submission(stairwell, flat, ConsentChannel.MAIL, invitation), name=form.name.data,
            address=form.address.data, language=form.language.data, before=session.get("asked"),
        )  # fmt: skip
    except NotOpen:
        return redirect(url_for("interest.show", building_id=stairwell.building_id), 303)
    db.session.commit()
    session["language"] = form.language.data.value
    return redirect(url_for("joining.sent"), 303)


def light_window(membership: Membership) -> Response:
    """Redirect to the welcome page. The session expires quickly, because phones are often shared."""
    session["joined"] = membership.id, utcnow().timestamp()
    return redirect(url_for("joining.joined"), 303)


@bp.get("/join/joined")
@public
def joined() -> ViewAnswer:
    """Show the house anonymously with one more lit window, to the browser that has just joined."""
    number, at = session.get("joined", (0, 0))
    is_over = utcnow().timestamp() - at > SHOWN_WITHIN.total_seconds()
    membership = None if is_over else db.session.get(Membership, number)
    if membership is None or membership.left_at is not None:
        return redirect(url_for("places.front"), 303)
    group, stairwell = membership.group, membership.stairwell
    language.follow_letter(membership.person.language)
    if group.state is GroupState.CLOSED:
        raise GroupEnded(membership.person.language, stairwell.building_id if stairwell else None)
    flats, lit = group.flats_told(counts_of_group(group.id).flats), group.counted_taking_part
    shown = least(lit, flats) or FEW - 2  # and the one who has just joined
    return render_template(
        "joining/joined.html", group=group, member=membership.person,
        asked_for=flat_asked_for(membership), shown=poster_of(stairwell) if stairwell else None,
        lit=min(shown + 1, flats - 1), total=flats, how_many=banded(lit, flats),
    )  # fmt: skip


@bp.post("/join/<token>/decline")
@public
def decline_invitation(token: str) -> Response:
    form = DeclineInvitationForm()
    declined = answering.declined_invitation_of(token)
    invitation = declined[0] if declined else answering.invitation_of(token)
    _speak_as(invitation)
    if not is_sure():
        return redirect(url_for(".open_invitation", token=token), 303)
    answering.decline_invitation(invitation, never_again=bool(form.never_again.data))
    db.session.commit()
    flash(_("Tack för ditt svar. Vi skriver inte till dig mer om det här."), "done")
    return redirect(url_for(".open_invitation", token=token), 303)


@bp.post("/join/<token>/undo")
@public
def take_back_no(token: str) -> Response:
    invitation = answering.take_back_no(token)
    _speak_as(invitation)
    db.session.commit()
    flash(_("Klart. Nu får kontaktombud fråga dig igen."), "done")
    is_open = invitation.ended_at is None
    return redirect(url_for(".open_invitation", token=token) if is_open else url_for("places.front"), 303)
