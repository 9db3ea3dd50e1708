"""A coordinator's pages for correcting a member's record, ending one membership and joining doubles."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from watch.access import current_person, current_relations, requires
from watch.groups.errors import (
    CoordinatorLivesThere,
    DifferentAddresses,
    FlatElsewhere,
    HasRole,
    LastCoordinator,
)
from watch.groups.labels import COORDINATOR_LIVES_THERE, NOT_BACK
from watch.groups.queries.flats import stairwells_of_group
from watch.groups.queries.members import is_reached_elsewhere, somebody_coordinates
from watch.language import short_day
from watch.models import Channel, Group, Membership, utcnow
from watch.permissions import Permission
from watch.records import queries
from watch.records.errors import NotTwo, SameAddress
from watch.records.forms import (
    AskPersonForm,
    ChooseDoubleForm,
    CorrectFlatForm,
    CorrectRecordForm,
    MergeForm,
    RecordAddressForm,
)
from watch.records.service import addresses, correcting, merging
from watch.saving import saving
from watch.web import ViewAnswer, leave_trace

bp = Blueprint("records", __name__)

HAS_ROLE = _l("Den som har ett uppdrag byter själv sin adress, under Inställningar.")
LAST = _l("Det är gruppens enda kontaktombud. Utse en ersättare först.")
TOGETHER = {
    NotTwo: _l("En av dem är inte med längre. Inget är ändrat."),
    HasRole: _l("Den som har ett uppdrag måste själv ta bort sin ena uppgift. Inget är ändrat."),
    DifferentAddresses: _l(
        "Mejl kommer fram till båda adresserna, så de kan vara två personer. "
        "Är det samma person? Be hen lämna gruppen med den ena adressen."
    ),
}


@bp.get("/memberships/<int:membership_id>/record")
@requires(Permission.MANAGE_HOUSEHOLDS)
def show(membership: Membership) -> ViewAnswer:
    return _record_page(membership, CorrectRecordForm(obj=membership.person), RecordAddressForm())


def _record_page(membership: Membership, form: CorrectRecordForm, asking: RecordAddressForm) -> str:
    is_on_paper = membership.person.mailbox_id is None
    if not is_on_paper and form.language:
        form.name_only()
    leave_trace("details-seen" if is_on_paper else "members-seen", about=membership, group=membership.group)
    return render_template(
        "records/show.html",
        membership=membership,
        form=form,
        asking=asking,
        question=queries.open_question(membership),
        failed=queries.failed_question(membership),
        is_on_paper=is_on_paper,
    )


@bp.post("/memberships/<int:membership_id>/record")
@requires(Permission.MANAGE_HOUSEHOLDS)
def correct(membership: Membership) -> ViewAnswer:
    form, by = CorrectRecordForm(), current_person()
    is_on_paper = membership.person.mailbox_id is None
    if not is_on_paper:
        form.name_only()
    if not form.validate():
        return _record_page(membership, form, RecordAddressForm(formdata=None)), 422
    with saving(_("Sparat.")):
        if is_on_paper:
            correcting.correct_paper_member(
                membership, name=form.name.data, language=form.language.data, phone=form.phone.data, by=by
            )
        else:
            correcting.correct_name(membership, form.name.data, by=by)
    return _to_record(membership)


def _to_record(membership: Membership) -> Response:
    return redirect(url_for(".show", membership_id=membership.id), 303)


def _to_home(membership: Membership) -> Response:
    """Redirect to the flat's page, or to the list of members where the flat is unknown."""
    if membership.household is not None:
        return redirect(url_for("groups.house.flat", flat_id=membership.household.flat_id), 303)
    return redirect(url_for("groups.house.members", group_id=membership.group_id), 303)


@bp.get("/memberships/<int:membership_id>/record/flat")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_flat(membership: Membership) -> ViewAnswer:
    return _flat_page(membership, _flat_form(membership))


@bp.post("/memberships/<int:membership_id>/record/flat")
@requires(Permission.MANAGE_HOUSEHOLDS)
def correct_flat(membership: Membership) -> ViewAnswer:
    form = _flat_form(membership)
    if not form.validate():
        return _flat_page(membership, form), 422
    everybody = bool(form.everybody.data)
    with saving(_("Lägenheten är rättad."), unless={FlatElsewhere: _l("Välj en lägenhet i listan.")}):
        correcting.correct_flat(membership, form.chosen, by=current_person(), everybody=everybody)
    return _to_home(membership)


def _flat_form(membership: Membership) -> CorrectFlatForm:
    mine, form = current_relations().stairwells_in(membership.group), CorrectFlatForm()
    form.offer(stairwells_of_group(membership.group, mine, with_flats=True))
    return form


def _flat_page(membership: Membership, form: CorrectFlatForm) -> str:
    household = correcting.household_of(membership)
    only_some = current_relations().stairwells_in(membership.group) is not None
    leave_trace("members-seen", about=membership.group)
    return render_template(
        "records/ask_flat.html", membership=membership, form=form, household=household, only_some=only_some
    )


@bp.post("/memberships/<int:membership_id>/record/address")
@requires(Permission.MANAGE_HOUSEHOLDS)
def record_address(membership: Membership) -> ViewAnswer:
    form = RecordAddressForm()
    if form.validate():
        try:
            asked = _("Vi har mejlat adressen och frågar om den stämmer. Inget ändras förrän grannen svarar.")
            with saving(asked, unless={HasRole: HAS_ROLE}):
                addresses.record_address(membership, form.address.data, by=current_person())
            return _to_record(membership)
        except SameAddress:
            form.address.errors = (_("Det är adressen som grannen redan har."),)
    return _record_page(membership, CorrectRecordForm(formdata=None, obj=membership.person), form), 422


@bp.post("/memberships/<int:membership_id>/record/address/cancel")
@requires(Permission.MANAGE_HOUSEHOLDS)
def cancel_address(membership: Membership) -> ViewAnswer:
    with saving(_("Adressen är struken. Länken i mejlet gäller inte längre.")):
        addresses.cancel_address(membership, by=current_person())
    return _to_record(membership)


@bp.post("/memberships/<int:membership_id>/record/address/works")
@requires(Permission.MANAGE_HOUSEHOLDS)
def address_works(membership: Membership) -> ViewAnswer:
    with saving(_("Nästa mejl går till adressen igen. Kommer det inte fram syns det här.")):
        addresses.says_it_works(membership, by=current_person())
    return _to_home(membership)


@bp.get("/memberships/<int:membership_id>/record/end")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_end(membership: Membership) -> ViewAnswer:
    leave_trace("members-seen", about=membership.group)
    others = [each for each in correcting.household_of(membership) if each is not membership]
    ends_role = somebody_coordinates(membership.group, [membership.person])
    return render_template("records/ask_end.html", membership=membership, others=others, ends_role=ends_role)


@bp.post("/groups/<int:group_id>/records/<int:membership_id>/end")
@requires(Permission.MANAGE_HOUSEHOLDS)
def end(group: Group, membership_id: int) -> ViewAnswer:
    membership = _in_sight(group, membership_id)
    ended = _("%(name)s är inte med längre. Du kan ångra det i 7 dagar.", name=membership.person.name)
    with saving(ended, unless={CoordinatorLivesThere: COORDINATOR_LIVES_THERE, LastCoordinator: LAST}):
        correcting.end_membership(membership, by=current_person())
    return _to_home(membership)


def _in_sight(group: Group, membership_id: int | None) -> Membership:
    """Return a membership that the reader works with, also one ended lately: a press may come twice."""
    mine = current_relations().stairwells_in(group)
    return queries.record_in(group, membership_id or 0, utcnow(), mine) or abort(404)


@bp.post("/groups/<int:group_id>/records/<int:membership_id>/back")
@requires(Permission.MANAGE_HOUSEHOLDS)
def take_back(group: Group, membership_id: int) -> ViewAnswer:
    membership = _in_sight(group, membership_id)
    if membership.left_at and membership not in queries.ended_lately(group, utcnow()):
        abort(404)  # it was joined to another record, which has its answers now
    with saving(_("%(name)s är med igen.", name=membership.person.name), unless=NOT_BACK):
        correcting.take_back_end(membership, by=current_person())
    return _to_home(membership)


@bp.get("/memberships/<int:membership_id>/record/merge")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_merge(membership: Membership) -> ViewAnswer:
    """Ask who else is the same person; then show what becomes of both (`other` in the URL)."""
    leave_trace("members-seen", about=membership.group)
    form = _double_form(membership)
    if "other" not in request.args:
        return render_template("records/choose_double.html", membership=membership, form=form)
    if not form.validate():
        return render_template("records/choose_double.html", membership=membership, form=form), 422
    return _merge_page(membership, form.chosen)


def _double_form(membership: Membership) -> ChooseDoubleForm:
    mine = current_relations().stairwells_in(membership.group)
    form = ChooseDoubleForm(formdata=request.args, meta={"csrf": False})
    others = queries.possible_doubles(membership, mine)
    form.offer(others, [_in_words(each) for each in others])
    return form


def _in_words(membership: Membership) -> str:
    if membership.household is None:
        return _("%(name)s, okänd lägenhet", name=membership.person.name)
    flat = membership.household.flat
    words = {"name": membership.person.name, "address": flat.stairwell.address, "flat": flat.number}
    return _("%(name)s, %(address)s, lägenhet %(flat)s", **words)


def _merge_page(one: Membership, other: Membership) -> str:
    kept, lost = queries.kept_of(one, other)
    mailboxes = {each.person.mailbox_id for each in (kept, lost)} - {None}
    form, asking = MergeForm(formdata=None), AskPersonForm(formdata=None)
    form.offer(kept, lost)
    pairs = ((kept.person, lost), (lost.person, kept))
    may_stay = [end for person, end in pairs if not is_reached_elsewhere(person, end.person)]
    asking.offer([(each.id, _address_in_words(each)) for each in may_stay])
    return render_template(
        "records/ask_merge.html", membership=one, other=other, kept=kept, lost=lost, form=form,
        asking=asking, differs=len(mailboxes) > 1, may_stay=may_stay, has_mail=bool(mailboxes),
        paper=Channel.PAPER,
    )  # fmt: skip


def _address_in_words(membership: Membership) -> str:
    words = {"name": membership.person.name, "day": short_day(membership.joined_at)}
    if membership.person.mailbox and membership.person.mailbox.suppression:
        return _("den som %(name)s lämnade, med sedan %(day)s (mejlen kommer inte fram)", **words)
    return _("den som %(name)s lämnade, med sedan %(day)s", **words)


@bp.post("/groups/<int:group_id>/records/<int:membership_id>/merge")
@requires(Permission.MANAGE_HOUSEHOLDS)
def merge(group: Group, membership_id: int) -> ViewAnswer:
    one = _in_sight(group, membership_id)
    other = _in_sight(group, request.args.get("other", type=int))
    if one.left_at or other.left_at:  # pressed twice: they are one already
        return _to_home(other if one.left_at else one)
    kept, lost = queries.kept_of(one, other)
    form = MergeForm()
    form.offer(kept, lost)
    if not form.validate():
        flash(_("Välj vad som ska gälla, och tryck igen."), "warn")
        return redirect(url_for(".ask_merge", membership_id=one.id, other=other.id), 303)
    with saving(_("Nu står %(name)s en gång i listan.", name=form.chosen_name), unless=TOGETHER):
        kept = merging.merge(kept, lost, name=form.chosen_name, flat=form.chosen_flat, by=current_person())
    return _to_home(kept)


@bp.post("/memberships/<int:membership_id>/record/merge/ask")
@requires(Permission.MANAGE_HOUSEHOLDS)
def ask_person(membership: Membership) -> ViewAnswer:
    chosen = _double_form(membership)
    if not chosen.validate():
        return redirect(url_for(".ask_merge", membership_id=membership.id), 303)
    two = {each.id: each for each in (membership, chosen.chosen)}
    form = AskPersonForm()
    form.offer([(key, str(key)) for key in two])
    if not form.validate():
        flash(_("Välj vilken adress som ska gälla, och tryck igen."), "warn")
        return redirect(url_for(".ask_merge", membership_id=membership.id, other=chosen.chosen.id), 303)
    kept = two.pop(form.kept.data)
    (lost,) = two.values()
    asked = _("Vi har mejlat grannen och frågar. När grannen har svarat står det en gång i listan.")
    with saving(asked, unless=TOGETHER):
        merging.ask_the_person(kept, lost, by=current_person())
    return _to_home(membership)
