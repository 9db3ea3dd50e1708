"""Forms of the registers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField
from wtforms.validators import InputRequired, ValidationError

from watch.fields import Form


class UploadListForm(Form):
    """Asks for the file of a landlord's list."""

    file = FileField(
        _l("Fastighetsägarens lista"),
        description=_l(
            "CSV eller Excel (XLSX), högst 5\u00a0MB och 20\u00a0000 rader: en rad för varje lägenhet. Filen "
            "sparas inte, bara det vi läser i den."
        ),
    )

    def validate_file(self, field: FileField) -> None:
        """Ask for a file."""
        if not field.data:
            raise ValidationError(_l("Välj filen med fastighetsägarens lista."))


class ApplyListForm(Form):
    """Asks whether a list is whole, if many flats are gone from it."""

    is_whole = BooleanField(
        _l("Listan är hel: lägenheterna som saknas finns inte längre"),
        validators=[InputRequired(_l("Kontrollera att listan är hel, och kryssa sedan i rutan."))],
    )

    def __init__(self, *, loses_many: bool, filled: bool = True) -> None:
        super().__init__(*(() if filled else (None,)))
        if not loses_many:
            del self.is_whole
