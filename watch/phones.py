"""Phone numbers as people type them. A number is Swedish unless it begins with + or 00."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

URI = re.compile(r"\s*tel:", re.IGNORECASE)
SHORT = re.compile(r"112|1177|11\d{3}|11[68]\d{3}")  # 114 14, 113 13 and 116 117 among them


class WordsInPhone(ValueError):
    """Letters stand in the number; none of them may be dialled as digits."""


def read_phone(text: str, *, takes_short: bool = False) -> str:
    """Return a valid number as +46701234567. With `takes_short`, also Swedish short numbers ("114 14").

    Raises WordsInPhone, and ValueError if the number does not exist.
    """
    plain = URI.sub("", "".join(sign for sign in text if unicodedata.category(sign) != "Cf"), count=1)
    digits = "".join(str(int(sign)) for sign in plain if sign.isdecimal())
    if digits and any(sign.isalpha() for sign in plain):
        raise WordsInPhone
    if takes_short and SHORT.fullmatch(digits) and not plain.strip().startswith("+"):
        return digits if len(digits) < 5 else f"{digits[:3]} {digits[3:]}"
    if not plain.lstrip(" (").startswith(("+", "＋")) and not digits.startswith("0"):
        raise ValueError("no phone number")  # no area code; the library would take the first digits for one
    try:
        number = phonenumbers.parse(plain, "SE")
    except phonenumbers.NumberParseException:
        raise ValueError("no phone number") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise ValueError("no phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
