"""The front page with its search, a building's public page, and pages about the product."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from watch import tokens
from watch.access import public
from watch.extensions import db
from watch.models import Building
from watch.places.queries import find_buildings, public_building

bp = Blueprint("places", __name__)

MAX_CHARACTERS = 100  # of a search


@bp.get("/language")
@bp.get("/logout")
@public
def back_to_front() -> Response:
    """Redirect a tab that was reopened at the address of a button that stands on every page."""
    is_signed_in = current_user.is_authenticated
    return redirect(url_for("groups.mine" if is_signed_in else "places.front"), 303)


@bp.get("/")
@public
def front() -> str | Response:
    """Show the front page and search results; while typing (htmx), the results only.

    Text that is no known address and looks like a poster's code is redirected to the page that checks codes
    and counts attempts.
    """
    asked = " ".join(request.args.get("q", "")[:MAX_CHARACTERS].split())
    found = find_buildings(asked) if asked and not _is_code_for_sure(asked) else []
    code = None if found else _code_in(asked)
    is_typing = "HX-Request" in request.headers
    if code and not is_typing:
        return redirect(url_for("joining.poster", code=code), 303)
    template = "places/_results.html" if is_typing else "places/front.html"
    return render_template(template, asked=asked, found=found, code=code)


def _is_code_for_sure(asked: str) -> bool:
    """Return True if letters and digits stand together as in no address: `HX7K-29QD, port 3`."""
    found = tokens.find_code(asked) or ""
    is_mixed = re.search(r"\d", found) and re.search(r"[A-Z]", found)
    return bool(is_mixed) and not re.search(r"\s", found) and _code_in(asked) is not None


def _code_in(asked: str) -> str | None:
    """Return the printed code that was typed into the search for a house, perhaps in its URL, or None."""
    found, plain = tokens.find_code(asked), tokens.tidy_code(asked)
    is_no_word = found and (
        re.search(r"[\d-]", found) or asked.isupper() or re.search("/[jm]/", asked.lower())
    )
    return tokens.show_code(plain) if is_no_word and set(plain) <= set(tokens.CROCKFORD) else None


@bp.get("/buildings/<int:building_id>")
@public
def building(building_id: int) -> str:
    found = db.session.get(Building, building_id)
    face = public_building(found or abort(404))
    asked = request.args.get("stairwell", type=int)
    stairwell = next((each.id for each in face.building.stairwells if each.id == asked), None)
    return render_template("places/building.html", face=face, stairwell=stairwell)


@bp.get("/privacy")
@public
def privacy() -> str:
    return render_template("places/privacy.html", controller=current_app.config["CONTROLLER"])


@bp.get("/about")
@public
def about() -> str:
    return render_template("places/about.html", version=_version())


@cache
def _version() -> str:
    """Read the version from pyproject.toml; the product is not installed as a package."""
    project = tomllib.loads((Path(current_app.root_path).parent / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])
