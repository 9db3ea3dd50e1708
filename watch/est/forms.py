"""Forms for the file that comes back from the authorities, and for the words in it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import MultiDict
from wtforms.validators import InputRequired

from watch.fields import Form, TextField
from watch.guarding import surely_about_nobody

MOST_WORDS = 1500  # characters, as of whoever reports on a finding by page


class ReadOutcomesForm(Form):
    """Asks for the file with what became of the findings."""

    file = FileField(
        _l("Filen som ni fick tillbaka"), validators=[InputRequired(_l("Välj filen som ni fick tillbaka."))]
    )


class WordsForm(Form):
    """Holds the words of a row to the same rules as a form's: nobody is named, and nobody assures it."""

    class Meta(Form.Meta):
        csrf = False

    text = TextField(_l("Så blev det"), most=MOST_WORDS, guard=surely_about_nobody)


def checked(text: str) -> tuple[str, list[str]]:
    """Return the words of a row as they are kept, and what is wrong with them."""
    form = WordsForm(MultiDict({"text": text}))
    form.validate()
    return form.text.data or "", [str(each) for each in form.text.errors]
