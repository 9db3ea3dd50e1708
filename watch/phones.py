"""Phone numbers as people type them. A number is Swedish unless it begins with + or 00."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

URI = re.compile(r"\s*tel:", re.IGNORECASE)
SHORT = re.compile(r"112|1177|11\d{3}|116\d{3}")  # 114 14, 113 13 and 116 117 among them
ENQUIRIES = re.compile(r"118\d{3}")  # directory enquiries, which charge by the minute


class WordsInPhone(ValueError):
    """Letters stand in the number; none of them may be dialled as digits."""


class CostsExtra(ValueError):
    """Whoever calls the number pays for more than the call: 0900, 0939, 0944 and their like abroad."""


def read_phone(text: str, *, takes_short: bool = False) -> str:
    """Return a valid number as +46701234567. With `takes_short`, also Swedish short numbers ("114 14").

    Raises WordsInPhone, CostsExtra, and ValueError if the number does not exist.
    """
    plain = URI.sub("", "".join(sign for sign in text if unicodedata.category(sign) != "Cf"), count=1)
    digits = "".join(str(int(sign)) for sign in plain if sign.isdecimal())
    if digits and any(sign.isalpha() for sign in plain):
        raise WordsInPhone
    if takes_short and ENQUIRIES.fullmatch(digits):
        raise CostsExtra
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
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        raise CostsExtra
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
