"""The front page, finding a building, and what the product says about itself."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from watch import tokens
from watch.access import public
from watch.extensions import db
from watch.models import Building
from watch.places.queries import find_buildings, public_building

bp = Blueprint("places", __name__)

MAX_CHARACTERS = 100  # of a search
POSTER_CODE = re.compile(r"(?=.*[\d-])\w{4}[- ]?\w{4}", re.ASCII)


@bp.get("/")
@public
def front() -> str | Response:
    """What grannsamverkan is, and find your building; answers while typing get the results only.

    What is no address here and looks like a poster's code goes to where codes are tried, and counted.
    """
    asked = " ".join(request.args.get("q", "")[:MAX_CHARACTERS].split())
    found = find_buildings(asked) if asked else []
    code = None if found else _code_in(asked)
    is_typing = "HX-Request" in request.headers
    if code and not is_typing:
        return redirect(url_for("joining.poster", code=code), 303)
    template = "places/_results.html" if is_typing else "places/front.html"
    return render_template(template, asked=asked, found=found, code=code)


def _code_in(asked: str) -> str | None:
    """The poster's code that somebody typed where addresses are asked for; a word has no digit."""
    plain = tokens.tidy_code(asked)
    looks_like_one = POSTER_CODE.fullmatch(asked) and set(plain) <= set(tokens.CROCKFORD)
    return tokens.show_code(plain) if looks_like_one else None


@bp.get("/buildings/<int:building_id>")
@public
def building(building_id: int) -> str:
    """The public face of a building: no person, no counts."""
    found = db.session.get(Building, building_id)
    face = public_building(found or abort(404))
    asked = request.args.get("stairwell", type=int)
    stairwell = next((each.id for each in face.building.stairwells if each.id == asked), None)
    return render_template("places/building.html", face=face, stairwell=stairwell)


@bp.get("/privacy")
@public
def privacy() -> str:
    """What is kept about people, why and how long."""
    return render_template("places/privacy.html", controller=current_app.config["CONTROLLER"])


@bp.get("/about")
@public
def about() -> str:
    """Version and licence."""
    return render_template("places/about.html", version=_version())


@cache
def _version() -> str:
    """As pyproject.toml has it: the product runs from its folder and is not installed as a package."""
    project = tomllib.loads((Path(current_app.root_path).parent / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])
