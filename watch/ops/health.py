"""Health checks for monitoring. They show no names and no numbers."""

from __future__ import annotations

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, make_response

from watch import jobs, journal
from watch.access import public
from watch.accounts import queries as accounts
from watch.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Answer that the process runs. Nothing else is checked."""
    return _plain("ok")


@bp.get("/readyz")
@public
def ready() -> Response:
    """Check database, migrations, data key, journal and queue; 503 names the first that fails."""
    for name, works in (
        ("database", _migrated),
        ("database", _readable),
        ("journal", _ours),
        ("queue", _queue),
    ):
        try:
            trouble = works()
        # any driver's error; its text is not logged, because it may name a host or user
        except Exception as broken:
            db.session.rollback()
            current_app.logger.warning("not ready: %s: %s", name, type(broken).__name__)
            trouble = f"{name} does not answer"
        if trouble:
            return _plain(trouble, 503)
    return _plain("ready")


def _migrated() -> str | None:
    """Check that the database has this version's tables."""
    folder = current_app.extensions["migrate"].directory
    wanted = ScriptDirectory(f"{current_app.root_path}/../{folder}").get_current_head()
    found = MigrationContext.configure(db.session.connection()).get_current_revision()
    return None if found == wanted else "database wants migrations"


def _readable() -> str | None:
    """Check that the database was written with our data key; another one may be in its place."""
    return None if accounts.is_readable() else "data key is another than the database's"


def _ours() -> str | None:
    """Check that the database is not an older copy of itself, and that the journal can be written."""
    return "journal and database do not agree" if journal.trouble() else None


def _queue() -> None:
    jobs.engine().pending_count()


def _plain(words: str, status: int = 200) -> Response:
    answer = make_response(words + "\n", status)
    answer.mimetype = "text/plain"
    return answer
