"""The tick beside a button that says no on a mailed page.

Some mail programs open a mail's links and press every button behind them to examine the pages. They tick
nothing, so a no that they press is not one.
"""

from __future__ import annotations

from flask import flash, request

from watch.fields import TICK_FIRST


def is_sure() -> bool:
    """Return True if the tick of the macro `sure_button` was sent, else tell the reader to set it."""
    if "sure" in request.form:
        return True
    flash(str(TICK_FIRST), "warn")
    return False
