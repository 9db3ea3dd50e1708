"""Buttons by which a reader asks to hear of a finding, and the mailed page where that is taken back."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from watch import language, tokens
from watch.access import current_person, public, requires
from watch.errors import LinkExpired
from watch.findings import queries, service
from watch.findings.routes.blueprint import bp, to_finding
from watch.limits import limit_network
from watch.models import Finding, OutboxRow, Purpose
from watch.permissions import Permission
from watch.saving import saving
from watch.web import sent_to


@bp.post("/findings/<int:finding_id>/follow")
@requires(Permission.SEE_FINDING)
def follow(finding: Finding) -> Response:
    with saving(
        _("Du får ett mejl när läget eller dagen ändras, och när det står hur det blev. Högst ett om dagen.")
    ):
        service.follow(finding, current_person())
    return to_finding(finding)


@bp.post("/findings/<int:finding_id>/follow/undo")
@requires(Permission.SEE_FINDING)
def unfollow(finding: Finding) -> Response:
    with saving(_("Du får inga fler mejl om det här.")):
        service.unfollow(finding, current_person())
    return to_finding(finding)


@bp.get("/findings/told/<token>")
@public
def told(token: str) -> str:
    """Show what became of a finding, and the button that ends such mails, without signing in."""
    row, finding = _behind(token)
    assert row.person is not None
    follows = queries.is_following(finding, row.person)
    return render_template("findings/told.html", finding=finding, follows=follows, token=token)


@bp.post("/findings/told/<token>")
@public
@limit_network("60 per hour")
def end_by_mail(token: str) -> Response:
    row, finding = _behind(token)
    with saving(_("Du får inga fler mejl om det här.")):
        if row.person:
            service.unfollow(finding, row.person)
    return redirect(url_for("findings.told", token=token), 303)


@bp.post("/findings/told/<token>/undo")
@public
@limit_network("60 per hour")
def follow_by_mail(token: str) -> Response:
    row, finding = _behind(token)
    with saving(
        _("Du får ett mejl när läget eller dagen ändras, och när det står hur det blev. Högst ett om dagen.")
    ):
        if row.person:
            service.follow(finding, row.person)
    return redirect(url_for("findings.told", token=token), 303)


def _behind(token: str) -> tuple[OutboxRow, Finding]:
    """Return the row and the finding of a mailed link. Raises BadToken and LinkExpired."""
    row = tokens.row_of(Purpose.FOLLOW, OutboxRow, token)
    finding = row.mailing.finding
    if finding is None or finding.removed_at is not None or not row.has_its_reader:
        raise LinkExpired(row.language)
    language.follow_letter(row.language)
    sent_to(person_id=row.person_id, mailbox_id=row.mailbox_id)
    return row, finding
