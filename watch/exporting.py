"""Why somebody takes a list out as a file: the reasons, and the form that asks for one.

The reason is written into the audit trail. It is a choice, because free text could name somebody.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from watch.fields import Form, choices_of
from watch.models import ExportReason

WHY = {
    ExportReason.OVERSIGHT: _l("Kontroll av hur uppgifter används"),
    ExportReason.FOLLOW_UP: _l("Uppföljning av arbetet"),
    ExportReason.INCIDENT: _l("Något har gått fel"),
    ExportReason.REQUESTED: _l("Någon har begärt ut listan"),
}


class ExportForm(Form):
    """Asks why somebody takes a list out as a file."""

    why = RadioField(
        _l("Varför behöver du filen?"),
        choices=choices_of(WHY),
        coerce=ExportReason,
        validators=[InputRequired(_l("Välj varför du behöver filen. Det antecknas."))],
    )
