"""Forms that send or store something new: a double press counts once, and what Back has changed anew."""

from __future__ import annotations

import hashlib
import re
import secrets

from wtforms import HiddenField

from watch.fields import Form


def _own_key(key: str | None) -> str | None:
    """Return a form's key if it has our format, else None."""
    return key if key and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", key) else None


class SendingForm(Form):
    """A form that sends or stores something. Its key makes a double submission count once."""

    form_key = HiddenField(default=lambda: secrets.token_urlsafe(18), filters=[_own_key])

    @property
    def key(self) -> str | None:
        """The key of the form with what is typed in it: what somebody has changed by Back is sent anew."""
        return self.key_of(*(name for name in self._fields if name not in {"csrf_token", "form_key"}))

    def key_of(self, *names: str) -> str | None:
        """Return the key, of 40 characters, of the form with what is in these fields; None without a key."""
        if not self.form_key.data:
            return None
        typed = [(name, self._fields[name].data) for name in names]
        return hashlib.sha256(f"{self.form_key.data}\n{typed!r}".encode()).hexdigest()[:40]

    def renew_key(self) -> None:
        """Give the form a new key, because what it sends next is not a repetition."""
        self.form_key.process(None)
        self.form_key.raw_data = [self.form_key.data]
