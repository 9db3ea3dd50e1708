"""The front page, finding a building, and what the product says about itself."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from flask import Blueprint, abort, current_app, render_template, request

from watch.access import public
from watch.extensions import db
from watch.models import Building
from watch.places.queries import find_buildings, public_building

bp = Blueprint("places", __name__)

MOST_SIGNS = 100  # of a search


@bp.get("/")
@public
def front() -> str:
    """What grannsamverkan is, and find your building; answers while typing get the results only."""
    asked = " ".join(request.args.get("q", "")[:MOST_SIGNS].split())
    template = "places/_results.html" if "HX-Request" in request.headers else "places/front.html"
    return render_template(template, asked=asked, found=find_buildings(asked) if asked else [])


@bp.get("/buildings/<int:building_id>")
@public
def building(building_id: int) -> str:
    """The public face of a building: no person, no counts."""
    found = db.session.get(Building, building_id) if building_id < 2**63 else None
    return render_template("places/building.html", face=public_building(found or abort(404)))


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
