"""Words for the tasks after a group was closed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.models import Task

TASKS = {
    Task.SIGNS_DOWN: _l("Ta ner skyltar och affischer"),
    Task.TOLD_ON_PAPER: _l("Sätt upp anslaget i portarna"),
}
TICKED = {
    Task.SIGNS_DOWN: _l("Antecknat: skyltar och affischer är nertagna."),
    Task.TOLD_ON_PAPER: _l("Antecknat: anslaget sitter i portarna."),
}
