"""Invitations by e-mail, and the posters."""

from __future__ import annotations

from datetime import timedelta

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from watch import language
from watch.access import Permission, current_person, current_relations, requires
from watch.errors import Duplicate
from watch.extensions import db
from watch.joining import service
from watch.joining.forms import BadLine, InviteForm, key_of
from watch.joining.queries import SentInvitation, contacted_flats, flats_of_group, invitations_of
from watch.joining.service import (
    AlreadyInvited,
    AlreadyMember,
    InvitationDeclined,
    InvitationEnded,
    TooManyInvitations,
)
from watch.joining.words import INVITATION_SIGNS, INVITATION_STATES
from watch.models import Group, Invitation
from watch.web import leave_trace

bp = Blueprint("invitations", __name__)
ROWS_A_PAGE = 50
CURES = {
    AlreadyMember: _l("Adressen är redan med i gruppen. Ta bort raden."),
    InvitationDeclined: _l("Den adressen har tackat nej. Då skriver vi inte dit igen."),
    AlreadyInvited: _l("Adressen har redan en inbjudan. Skicka den igen från listan nedanför."),
}


@bp.get("/groups/<int:group_id>/invitations")
@requires(Permission.INVITE)
def index(group: Group) -> Response:
    """Invite by e-mail, and how it went with those invited before."""
    return _index(group, _invite_form(group))


def _invite_form(group: Group) -> InviteForm:
    form = InviteForm(data={"flat": request.args.get("flat"), "language": language.current()})
    flats = flats_of_group(group, current_relations().stairwells_in(group))
    form.offer(flats, contacted_flats(flats))
    return form


def _index(group: Group, form: InviteForm) -> Response:
    everything = invitations_of(group, current_person(), current_relations().stairwells_in(group))
    text, state = request.args.get("q", "").strip(), request.args.get("state", "")
    found = [
        sent for sent in everything if not text or text.casefold() in (_address_of(sent) or "").casefold()
    ]
    shown = [sent for sent in found if not state or sent.state == state]
    counts = {each: sum(sent.state == each for sent in found) for each in INVITATION_STATES}
    page = max(request.args.get("page", 1, type=int), 1)
    rows = shown[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    leave_trace("invitations-seen", about=group)
    html = render_template(
        "invitations/index.html", group=group, form=form, rows=[(sent, _address_of(sent)) for sent in rows],
        states=INVITATION_STATES, signs=INVITATION_SIGNS, counts=counts, found=len(found), text=text,
        state=state, page=page, has_more=len(shown) > page * ROWS_A_PAGE, any=bool(everything),
    )  # fmt: skip
    return make_response(html, 422 if form.errors else 200)


def _address_of(sent: SentInvitation) -> str | None:
    """The address, for who sent it and for the lead only (permissions.md)."""
    invitation = sent.invitation
    is_lead = invitation.group_id in current_relations().leads
    if invitation.mailbox is None or not (is_lead or invitation.by_id == current_person().id):
        return None
    return invitation.mailbox.address


@bp.post("/groups/<int:group_id>/invitations")
@requires(Permission.INVITE)
def send(group: Group) -> Response:
    """Invite: every line that can be sent is sent, the others come back with the cure."""
    form = _invite_form(group)
    if not form.validate():
        return _index(group, form)
    key, done = key_of(form), redirect(url_for(".index", group_id=group.id), 303)
    if key and service.was_sent(key):
        return done
    sent, bad, full = _invite_all(group, form)
    try:
        if sent and key:
            service.mark_sent(sent[0], key)
    except Duplicate:
        db.session.rollback()
        return done
    db.session.commit()
    if sent:
        flash(ngettext("%(num)d inbjudan är på väg.", "%(num)d inbjudningar är på väg.", len(sent)), "done")
    if not bad:
        return done
    _keep(form, bad, full)
    return _index(group, form)


def _keep(form: InviteForm, bad: list[BadLine], full: str | None) -> None:
    errors = [
        _("Rad %(number)s (%(typed)s): %(cure)s", **vars(line)) for line in bad if line.cure is not None
    ]
    if errors:
        hint = _("Rätta adresserna som står kvar. De andra är klara.")
    else:
        hint = _("Adresserna som står kvar är inte inbjudna än.")
    form.keep(bad, [full, *errors] if full else errors, hint)


def _invite_all(group: Group, form: InviteForm) -> tuple[list[Invitation], list[BadLine], str | None]:
    """Those that were sent, the lines that were not, and a word where the day's invitations ran out."""
    good, bad = form.read_lines()
    sent: list[Invitation] = []
    full = None
    for place, (number, address) in enumerate(good):
        try:
            invitation = service.invite(
                group, address, flat=form.chosen, language=form.language.data, by=current_person(),
                days=current_app.config["INVITATION_DAYS"],
            )  # fmt: skip
        except (AlreadyMember, InvitationDeclined, AlreadyInvited) as refused:
            bad.append(BadLine(number, address, CURES[type(refused)]))
        except TooManyInvitations as too_many:
            full = _full(too_many)
            bad += [BadLine(*line) for line in good[place:]]
            break
        else:
            sent.append(invitation)
    return sent, sorted(bad, key=lambda line: line.number), full


def _full(too_many: TooManyInvitations) -> str:
    return _(
        "Gränsen är %(number)s inbjudningar på ett dygn, och nu är den nådd. Du kan bjuda in fler %(when)s.",
        number=language.number(current_app.config["INVITATIONS_A_DAY"]),
        when=language.moment(too_many.until + timedelta(minutes=1)),
    )


def _expect_own(invitation: Invitation) -> None:
    """An invitation without a flat is nobody's port: it is for who sent it, and for the whole house's."""
    is_own = invitation.flat_id is not None or invitation.by_id == current_person().id
    if not is_own and current_relations().stairwells_in(invitation.group) is not None:
        abort(404)


@bp.post("/invitations/<int:invitation_id>/resend")
@requires(Permission.INVITE)
def resend(invitation: Invitation) -> Response:
    """Send again with a new link; pressed twice it is sent once."""
    _expect_own(invitation)
    seen = request.form.get("generation", type=int)
    if seen is None or seen == invitation.generation:
        try:
            service.resend(invitation, days=current_app.config["INVITATION_DAYS"], by=current_person())
        except (InvitationEnded, AlreadyMember):
            db.session.rollback()
            flash(_("Inbjudan är redan besvarad och kan inte skickas igen."), "info")
        except InvitationDeclined:
            db.session.rollback()
            flash(_("Den adressen har tackat nej. Då skriver vi inte dit igen."), "info")
        except AlreadyInvited:
            db.session.rollback()
            flash(_("Adressen har redan en nyare inbjudan."), "info")
        except TooManyInvitations as too_many:
            db.session.rollback()
            flash(_full(too_many), "info")
        else:
            db.session.commit()
            flash(_("Inbjudan är på väg igen, med en ny länk."), "done")
    return redirect(url_for(".index", group_id=invitation.group_id), 303)


@bp.post("/invitations/<int:invitation_id>/revoke")
@requires(Permission.INVITE)
def revoke(invitation: Invitation) -> Response:
    """Take an invitation back."""
    _expect_own(invitation)
    try:
        service.revoke(invitation, by=current_person())
    except InvitationEnded:
        db.session.rollback()
        flash(_("Inbjudan är redan besvarad och kan inte återkallas."), "info")
    else:
        db.session.commit()
        flash(_("Inbjudan är återkallad. Länken gäller inte längre."), "done")
    return redirect(url_for(".index", group_id=invitation.group_id), 303)
