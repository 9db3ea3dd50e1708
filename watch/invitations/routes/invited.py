"""Pages for a sent invitation: resend, remind, correct the address, revoke."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import audit
from watch.access import current_person, current_relations, requires
from watch.accounts.queries import PRESSED_AGAIN
from watch.errors import DomainError, Duplicate
from watch.extensions import db
from watch.groups.errors import AlreadyMember
from watch.invitations.errors import (
    AlreadyInvited,
    InvitationDeclined,
    InvitationEnded,
    RemindedLately,
    SameAddress,
    TooManyInvitations,
    WrittenLately,
)
from watch.invitations.forms.reminding import CorrectAddressForm, RemindForm
from watch.invitations.queries.invited import invitations_of
from watch.invitations.routes.inviting import address_of, bp, full, kept, list_of, rested, used_up
from watch.invitations.service import invited, inviting
from watch.models import Group, Invitation, utcnow
from watch.permissions import Permission
from watch.saving import Explanations, Words
from watch.web import ViewAnswer

SOME_DAYS = timedelta(days=3)  # a reminder is suggested after this time without an answer
AT_ONCE = 100  # boxes on a page; those not shown come up once these are reminded
NOT_AGAIN: Explanations = {
    InvitationEnded: _l("Inbjudan är redan besvarad och kan inte skickas igen."),
    AlreadyMember: _l("Inbjudan är redan besvarad och kan inte skickas igen."),
    InvitationDeclined: _l("Den adressen har tackat nej. Då skriver vi inte dit igen."),
    AlreadyInvited: _l("Adressen har redan en nyare inbjudan."),
}
NOT_THERE: Explanations = {
    SameAddress: _l("Det är samma adress som förut. Rätta den, eller gå tillbaka och skicka igen."),
    AlreadyMember: _l("Adressen är redan med i gruppen. Ta tillbaka inbjudan i stället."),
    InvitationDeclined: _l("Den adressen har tackat nej. Då skriver vi inte dit igen."),
    AlreadyInvited: _l("Adressen har redan en inbjudan. Ta tillbaka den här i stället."),
}
REFUSALS: tuple[type[DomainError], ...] = (TooManyInvitations, WrittenLately, *NOT_THERE)


def _to_list(group_id: int) -> Response:
    return redirect(list_of(group_id, **kept()), 303)


@bp.post("/invitations/<int:invitation_id>/resend")
@requires(Permission.INVITE)
def resend(invitation: Invitation) -> Response:
    """Send again with a new link. The generation in the form makes pressing twice send once."""
    seen = request.form.get("generation", type=int)
    if seen is not None and seen != invitation.generation:
        return _to_list(invitation.group_id)
    try:
        invited.resend(invitation, days=current_app.config["INVITATION_DAYS"], by=current_person())
    except TooManyInvitations as too_many:
        db.session.rollback()
        flash(full(too_many), "info")
    except WrittenLately as lately:
        db.session.rollback()
        flash(rested(lately), "info")
    except tuple(NOT_AGAIN) as refused:
        db.session.rollback()
        flash(str(NOT_AGAIN[type(refused)]), "info")
    else:
        db.session.commit()
        flash(_("Inbjudan är på väg igen, med en ny länk."), "done")
    return _to_list(invitation.group_id)


@bp.post("/invitations/<int:invitation_id>/revoke")
@requires(Permission.INVITE)
def revoke(invitation: Invitation) -> Response:
    try:
        invited.revoke(invitation, by=current_person())
    except InvitationEnded:
        db.session.rollback()
        flash(_("Inbjudan är redan besvarad och kan inte återkallas."), "info")
    else:
        db.session.commit()
        flash(_("Inbjudan är återkallad. Länken gäller inte längre."), "done")
    return _to_list(invitation.group_id)


@bp.get("/invitations/<int:invitation_id>/resend")
@bp.get("/invitations/<int:invitation_id>/revoke")
@requires(Permission.INVITE)
def back_to_index(invitation: Invitation) -> Response:
    """Redirect a tab that was reopened at the address of a button to the page with the button."""
    return _to_list(invitation.group_id)


@bp.get("/invitations/<int:invitation_id>/address")
@requires(Permission.CORRECT_INVITATION)
def ask_correct(invitation: Invitation) -> ViewAnswer:
    if not _can_be_corrected(invitation):
        return _too_late(invitation)
    return _correct_page(invitation, CorrectAddressForm(data={"address": _address(invitation)}))


@bp.post("/invitations/<int:invitation_id>/address")
@requires(Permission.CORRECT_INVITATION)
def correct(invitation: Invitation) -> ViewAnswer:
    form = CorrectAddressForm()
    if not form.validate():
        return _correct_page(invitation, form), 422
    try:
        days = current_app.config["INVITATION_DAYS"]
        invited.correct_address(invitation, form.address.data, days=days, by=current_person())
    except InvitationEnded:
        db.session.rollback()
        return _too_late(invitation)
    except REFUSALS as refused:
        db.session.rollback()
        if isinstance(refused, SameAddress) and _has_just_corrected(invitation):
            return _corrected(invitation)
        form.address.errors = (_not_there(refused),)
        return _correct_page(invitation, form), 422
    db.session.commit()
    return _corrected(invitation)


def _has_just_corrected(invitation: Invitation) -> bool:
    """Return True if the reader corrected this address less than a minute ago, by a first press."""
    since = utcnow() - PRESSED_AGAIN
    return audit.done_by(current_person(), "invitation-corrected", invitation.id, since=since) is not None


def _corrected(invitation: Invitation) -> Response:
    flash(_("Inbjudan är på väg till den nya adressen. Den gamla länken gäller inte längre."), "done")
    return _to_list(invitation.group_id)


def _not_there(refused: DomainError) -> Words:
    if isinstance(refused, TooManyInvitations):
        return full(refused)
    return rested(refused) if isinstance(refused, WrittenLately) else NOT_THERE[type(refused)]


def _can_be_corrected(invitation: Invitation) -> bool:
    return invitation.ended_at is None and invitation.mailbox_id is not None


def _address(invitation: Invitation) -> str:
    return invitation.mailbox.address if invitation.mailbox else ""


def _too_late(invitation: Invitation) -> Response:
    flash(_("Inbjudan är redan besvarad eller återkallad. Bjud in den rätta adressen i stället."), "info")
    return _to_list(invitation.group_id)


def _correct_page(invitation: Invitation, form: CorrectAddressForm) -> str:
    return render_template(
        "invitations/ask_correct.html", group=invitation.group, invitation=invitation, form=form,
        address=_address(invitation), kept=kept(), back=list_of(invitation.group_id, **kept()),
    )  # fmt: skip


@bp.get("/groups/<int:group_id>/invitations/reminders")
@requires(Permission.INVITE)
def ask_remind(group: Group) -> ViewAnswer:
    return _remind_page(group, _remind_form(group))


@bp.post("/groups/<int:group_id>/invitations/reminders")
@requires(Permission.INVITE)
def remind(group: Group) -> ViewAnswer:
    """Remind the selected, if they are as many as the number shown on the button."""
    form, key = _remind_form(group), RemindForm().form_key.data
    if key and inviting.was_sent(key):
        return _to_list(group.id)
    if not form.waiting:
        return _to_list(group.id)
    if not form.validate():
        return _remind_page(group, form), 422
    if request.form.get("count", type=int) != len(form.chosen) or not form.chosen:
        flash(_("Du har ändrat vilka som är ikryssade. Granska och tryck igen. Inget har skickats."), "info")
        return _remind_page(group, form)
    try:
        reminded, word = _remind_all(form)
        if reminded and key:
            inviting.mark_sent(reminded[0], key)
    except Duplicate:
        db.session.rollback()
        return _to_list(group.id)
    db.session.commit()
    if word:
        flash(word, "info")
    if reminded:
        words = "%(num)d påminnelse är på väg.", "%(num)d påminnelser är på väg."
        flash(ngettext(*words, len(reminded)), "done")
    elif not word:
        flash(_("Ingen påminnelse är skickad. De har svarat eller nyss fått ett mejl."), "info")
    return _to_list(group.id)


def _remind_all(form: RemindForm) -> tuple[list[Invitation], str | None]:
    """Remind those chosen who still wait, until the daily limit is reached.

    Returns those reminded, and a text if the limit was reached.
    """
    reminded: list[Invitation] = []
    for invitation in form.chosen:
        try:
            invited.remind(invitation, by=current_person())
        except (InvitationEnded, InvitationDeclined, AlreadyMember, RemindedLately):
            continue
        except TooManyInvitations as too_many:
            return reminded, full(too_many)
        reminded.append(invitation)
    return reminded, None


def _remind_form(group: Group) -> RemindForm:
    form = RemindForm()
    everything = invitations_of(group, current_person(), current_relations().stairwells_in(group))
    waiting = [sent for sent in reversed(everything) if sent.waits_for_answer]
    form.offer(waiting[:AT_ONCE], utcnow() - SOME_DAYS, request.args.get("choose", ""))
    return form


def _remind_page(group: Group, form: RemindForm) -> str:
    rows = [(sent, address_of(sent)) for sent in form.waiting]
    return render_template(
        "invitations/ask_remind.html", group=group, form=form, rows=rows, chosen=len(form.chosen),
        is_full=len(rows) == AT_ONCE, choose=request.args.get("choose", ""),
        over=used_up(form.waiting),
    )  # fmt: skip
