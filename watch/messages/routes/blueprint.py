"""The blueprint of messages, with what its pages and mails call."""

from __future__ import annotations

from flask import Blueprint

from watch.messages.labels import officer_who_wrote, role_of_sender
from watch.messages.queries import unseen as queries

bp = Blueprint("messages", __name__)
bp.add_app_template_global(officer_who_wrote)
bp.add_app_template_global(role_of_sender)
bp.add_app_template_global(queries.is_reached)
bp.add_app_template_global(queries.can_be_written_to)
