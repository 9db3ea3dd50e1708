"""Published reports: a page for everybody, and the same edition as PDF, CSV and JSON."""

from __future__ import annotations

from flask import Response, abort, current_app, render_template, url_for

from watch.access import public
from watch.models import ReportEdition
from watch.report import files
from watch.report.queries.reports import edition_of
from watch.report.routes.blueprint import bp
from watch.report.saying import read, sections_of
from watch.spreadsheets import CONTENT_TYPE


@bp.get("/promises/<slug>")
@bp.get("/promises/<slug>/<int:number>")
@public
def public_page(slug: str, number: int | None = None) -> str:
    """Show the latest edition, or that of a number. All of it comes from the edition itself."""
    edition = _found(slug, number)
    content = read(edition)
    return render_template(
        "report/public_page.html", edition=edition, content=content, number=number,
        lead=files.lead_of(content, edition), counted=files.counted_of(content),
        sections=[each for each in sections_of(content) if not each.is_empty],
    )  # fmt: skip


@bp.get("/promises/<slug>.pdf")
@bp.get("/promises/<slug>/<int:number>.pdf")
@public
def pdf(slug: str, number: int | None = None) -> Response:
    edition = _found(slug, number)
    return _file(files.as_pdf(edition, _address(edition)), edition, "pdf", "application/pdf")


@bp.get("/promises/<slug>.csv")
@bp.get("/promises/<slug>/<int:number>.csv")
@public
def csv(slug: str, number: int | None = None) -> Response:
    edition = _found(slug, number)
    return _file(files.as_csv(edition, _address(edition)), edition, "csv", CONTENT_TYPE)


@bp.get("/promises/<slug>.json")
@bp.get("/promises/<slug>/<int:number>.json")
@public
def json(slug: str, number: int | None = None) -> Response:
    edition = _found(slug, number)
    return _file(files.as_json(edition, _address(edition)), edition, "json", "application/json")


def _found(slug: str, number: int | None) -> ReportEdition:
    return edition_of(slug, number) or abort(404)


def _address(edition: ReportEdition) -> str:
    """Return the address of an edition on the web, which stays the same when a later one is published."""
    path = url_for("report.public_page", slug=edition.report.slug, number=edition.number)
    return f"{current_app.config['BASE_URL']}{path}"


def _file(text: str | bytes, edition: ReportEdition, ending: str, content_type: str) -> Response:
    name = f"{edition.report.slug}-{edition.number}.{ending}"
    way = "inline" if ending == "pdf" else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{name}"'}
    return Response(text, content_type=content_type, headers=headers)
