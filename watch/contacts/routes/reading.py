"""Pages on which anybody, or a group's neighbours, find contact persons."""

from __future__ import annotations

from flask import render_template

from watch.access import can, current_relations, public, requires
from watch.contacts import queries
from watch.contacts.routes.blueprint import bp
from watch.groups.queries.members import coordinators_of
from watch.models import Group
from watch.permissions import Permission


@bp.get("/contacts", endpoint="public")
@public
def public_page() -> str:
    can_edit = bool(current_relations().officer_of)
    return render_template("contacts/public.html", areas=queries.public_contacts(), can_edit=can_edit)


@bp.get("/groups/<int:group_id>/contacts")
@requires(Permission.SEE_GROUP)
def of_group(group: Group) -> str:
    """Show the contacts of a group; to its coordinators with those of the group itself to edit."""
    relations, edits = current_relations(), can(Permission.EDIT_GROUP_CONTACTS, group)
    own = queries.kept_by_group(group) if edits else []
    return render_template(
        "contacts/of_group.html",
        group=group,
        coordinators=[each for each in coordinators_of(group) if each.is_current],
        contacts=[each for each in queries.contacts_for(group) if each not in own],
        own=own,
        edits=edits,
        gone=queries.kept_by_group(group, removed=True) if edits else [],
        belongs=group.id in relations.member_of or group.id in relations.coordinates,
    )
