"""Posters for the stairwells, with their codes."""

from __future__ import annotations

from flask import current_app, render_template, url_for

from watch import paper, tokens
from watch.access import Permission, current_relations, requires
from watch.joining.queries import stairwells_of_group
from watch.joining.routes.invitations import bp
from watch.joining.words import poster_words
from watch.models import Group, Stairwell
from watch.tokens import Purpose


@bp.get("/groups/<int:group_id>/posters")
@requires(Permission.PRINT_POSTERS)
def posters(group: Group) -> str:
    """The stairwells with their codes, each a poster to print."""
    relations = current_relations()
    is_coordinator = group.id in relations.coordinates
    own = (
        relations.stairwells_in(group)
        if is_coordinator and group.area_id not in relations.officer_of
        else None
    )
    rows = [
        (stairwell, tokens.show_code(_code_of(stairwell))) for stairwell in stairwells_of_group(group, own)
    ]
    return render_template("invitations/posters.html", group=group, rows=rows)


@bp.get("/stairwells/<int:stairwell_id>/poster")
@requires(Permission.PRINT_POSTERS)
def poster(stairwell: Stairwell) -> str:
    """One stairwell's poster, as it is printed."""
    address = poster_address(stairwell)
    return render_template(
        "invitations/poster.html", stairwell=stairwell, address=address, qr=paper.qr(address),
        words=poster_words(), code=tokens.show_code(_code_of(stairwell)),
        group_id=stairwell.building.group_id,
    )  # fmt: skip


def _code_of(stairwell: Stairwell) -> str:
    return tokens.code(Purpose.POSTER, stairwell.id, stairwell.poster_generation)


def poster_address(stairwell: Stairwell) -> str:
    """What the QR code holds: from the configured base address, never from the request."""
    path = url_for("joining.poster", code=tokens.show_code(_code_of(stairwell)))
    return f"{current_app.config['BASE_URL']}{path}"
