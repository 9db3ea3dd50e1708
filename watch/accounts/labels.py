"""Labels of the pages about accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


def device_name(device: str) -> LazyString | str:
    """Return the label of a signed-in browser, such as "Chrome på Android"."""
    browser, _slash, system = device.partition("/")
    if browser and system:
        return _l("%(browser)s på %(system)s", browser=browser, system=system)
    return browser or system or _l("Okänd enhet")
