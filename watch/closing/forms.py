"""Forms by which an officer closes a group and takes that back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.fields import Form, TextField

MOST_REASON = 300


class CloseGroupForm(Form):
    """Asks why the group is closed; the reason stands in the mail to its people."""

    reason = TextField(
        _l("Varför avslutas gruppen?"),
        most=MOST_REASON,
        missing=_l("Skriv varför gruppen avslutas. De som är med läser det i mejlet."),
    )


class UndoClosingForm(Form):
    """Asks why the group goes on after all."""

    reason = TextField(_l("Varför fortsätter gruppen?"), most=MOST_REASON)
