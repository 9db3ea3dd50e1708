"""The blueprint of the registers."""

from __future__ import annotations

from flask import Blueprint

from watch.language import local
from watch.models import WatchSign, utcnow
from watch.registers.labels import CHANGED, DUES, SIGN_KINDS, SIGN_STATES, sign_said, where_said
from watch.registers.queries.places import SignState, state_of

bp = Blueprint("registers", __name__)


def _state(sign: WatchSign) -> SignState:
    return state_of(sign, local(utcnow()).date())


@bp.context_processor
def _words() -> dict[str, object]:
    return {
        "changed_words": CHANGED, "dues": DUES, "where_said": where_said, "sign_said": sign_said,
        "sign_states": SIGN_STATES, "sign_kinds": SIGN_KINDS, "sign_state": _state,
    }  # fmt: skip
