"""The text of posters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch import language
from watch.models import Language


def poster_words() -> list[dict[str, str]]:
    """Return the text of the poster in each of the four languages, Swedish first."""
    return [_poster_in(each) for each in Language]


def _poster_in(reader: Language) -> dict[str, str]:
    with language.speaking(reader):
        how = _l("Rikta telefonens kamera mot koden."), _l("Eller skriv adressen i webbläsaren.")
        return {
            "language": reader,
            "direction": language.direction(reader),
            "sentence": str(_l("Här känner grannar varandra. Var med du också!")),
            "how": " ".join(map(str, how)),
        }
