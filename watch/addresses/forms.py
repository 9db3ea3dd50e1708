"""The form for one's own new address."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from watch.fields import AddressField, Form


class ChangeAddressForm(Form):
    email = AddressField(_l("Din nya e-postadress"))
