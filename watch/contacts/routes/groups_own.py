"""Pages on which a group's coordinators keep the contact persons of the group itself."""

from __future__ import annotations

from flask import abort, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch.access import current_person, requires
from watch.contacts import queries, service
from watch.contacts.entry import Target
from watch.contacts.errors import ChangedMeanwhile, ContactRemoved
from watch.contacts.forms import GroupContactForm
from watch.contacts.queries import Card
from watch.contacts.routes.blueprint import (
    BOTH_CHANGED,
    LOOK_AGAIN,
    bp,
    note_assurance,
    to_group,
    today,
)
from watch.models import ContactScope, Group
from watch.permissions import Permission
from watch.saving import saving
from watch.web import ViewAnswer


@bp.get("/groups/<int:group_id>/contacts/new")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_new(group: Group) -> str:
    return render_template("contacts/group_new.html", group=group, form=GroupContactForm(group))


@bp.post("/groups/<int:group_id>/contacts/new")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_create(group: Group) -> ViewAnswer:
    form = GroupContactForm(group)
    if not form.validate():
        return render_template("contacts/group_new.html", group=group, form=form), 422
    with saving(_("Kontakten är sparad och syns nu.")):
        card = service.publish_card(form.entry, [_target(group)], by=current_person(), today=today())
        note_assurance(form, card[0])
    return to_group(group.id)


@bp.get("/groups/<int:group_id>/contacts/<int:contact_id>/edit")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_change(group: Group, contact_id: int) -> str:
    card = _own(group, contact_id)
    return _change_page(group, card, GroupContactForm(group, card))


@bp.post("/groups/<int:group_id>/contacts/<int:contact_id>/edit")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_save(group: Group, contact_id: int) -> ViewAnswer:
    """Save what was typed. If somebody else has saved or removed it meanwhile, show both and ask."""
    card = _own_or_gone(group, contact_id)
    form = GroupContactForm(group, card)
    if not form.validate():
        return _change_page(group, card, form), 422
    entry, seen, target = form.entry, form.seen.data, _target(group)
    try:
        with saving(_("Kontakten är ändrad.")):
            service.change_card(card, entry, [target], seen=seen, by=current_person(), today=today())
            note_assurance(form, card[0])
    except (ChangedMeanwhile, ContactRemoved):
        card = _own_or_gone(group, contact_id)
        form.form_errors = [BOTH_CHANGED]
        form.see(card)
        return _change_page(group, card, form, is_both=True), 422
    return to_group(group.id)


@bp.post("/groups/<int:group_id>/contacts/<int:contact_id>/checked")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_check(group: Group, contact_id: int) -> Response:
    card = _own(group, contact_id)
    done = _("%(organisation)s är kontrollerad i dag.", organisation=card[0].organisation)
    with saving(done, unless={ChangedMeanwhile: LOOK_AGAIN}):
        seen = request.form.get("seen", "")
        service.check_card(card, by=current_person(), today=today(), seen=seen)
    return to_group(group.id)


@bp.post("/groups/<int:group_id>/contacts/<int:contact_id>/remove")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_remove(group: Group, contact_id: int) -> Response:
    with saving(_("Kontakten är borttagen. Du kan ångra dig.")):
        service.remove_card(_own_or_gone(group, contact_id), by=current_person())
    return to_group(group.id)


@bp.post("/groups/<int:group_id>/contacts/<int:contact_id>/remove/undo")
@requires(Permission.EDIT_GROUP_CONTACTS)
def group_bring_back(group: Group, contact_id: int) -> Response:
    with saving(_("Nu syns kontakten igen.")):
        service.bring_back_card(_own_or_gone(group, contact_id), by=current_person())
    return to_group(group.id)


def _own(group: Group, contact_id: int) -> Card:
    """Return the group's own contact as a card of one row. Answer 404 for any other.

    Raises ContactRemoved if somebody has taken it away.
    """
    card = _own_or_gone(group, contact_id)
    if card[0].removed_at is not None:
        raise ContactRemoved
    return card


def _own_or_gone(group: Group, contact_id: int) -> Card:
    rows = (*queries.kept_by_group(group), *queries.kept_by_group(group, removed=True))
    return [next((each for each in rows if each.id == contact_id), None) or abort(404)]


def _target(group: Group) -> Target:
    return Target(ContactScope.GROUP, group.id)


def _change_page(group: Group, card: Card, form: GroupContactForm, *, is_both: bool = False) -> str:
    return render_template(
        "contacts/group_change.html", group=group, card=card, contact=card[0], form=form, is_both=is_both,
        others=queries.elsewhere(card),
    )  # fmt: skip
