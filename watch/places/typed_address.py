"""Reads a street and its number from an address as people type it: "lgh 1203, Våglängdsg. nr 21 B, Borås"."""

from __future__ import annotations

import re

from watch.searching import folded, plain_digits

MOST_PARTS = 6  # of an address, between its commas
# "S:t" is folded to "st", which may be Stora too
SHORT_FORMS = {
    "sankt": "sankt st",
    "sankta": "sankta sta st",
    "stora": "stora st",
    "st": "st sankt stora",
    "sta": "sta sankta stora",
    "norra": "norra n",
    "sodra": "sodra s",
    "ostra": "ostra o",
    "vastra": "vastra v",
    "n": "n norra",
    "s": "s sodra",
    "o": "o ostra",
    "v": "v vastra",
}
FLAT = re.compile(
    r"(?<![^\W\d_])(?:lgh|lght|lägenhet(?:en|s?nummer|snr)?|läg|flat|apartment|apt|guri(?:ga)?|شقة|الشقة)"
    r"\W{0,3}(?:(?:nr|no|رقم|lambar(?:ka)?)\W{0,3})?\d{1,4}(?!\d)"
)
FLOOR = re.compile(
    r"(?<!\d)\d{1,2}\W?(?:tr(?:appor)?|vån(?:ing(?:en)?)?|(?:st|nd|rd|th) floor)\b(?!\W{0,2}\d)"
    r"|\b(?:tr(?:app(?:a|or))?|vån(?:ing(?:en)?)?|plan|floor)\W{0,2}\d{1,2}\b"
)
CARE_OF = re.compile(r"(?:c/o|℅|c\. ?o\.|co/|\bvia\b|\bhos\b)\s*")
CARE_OF_BEHIND = re.compile(r"(?<=\d)([^,;\n]*?)\s(?:c/o|℅|c\. ?o\.|co/)[^,;\n]*")  # "Storgatan 2 c/o Ek"
POSTCODE = re.compile(r"^\W*(?:se?[- ])?\d{3} ?\d{2}(?!\d)")
BEFORE_NUMBER = re.compile(
    r"(?<![^\W\d_])(?:nr|no|num(?:mer|ber)|port(?:en)?|hus(?:nummer)?|uppg(?:ång(?:en)?)?|trapp(?:uppgång)?"
    r"|ingång(?:en)?|entré|entrance|stairwell|رقم|مدخل|المدخل|albaabka|albaab|lambarka|lambar)\W{0,3}(?=\d)"
)
NUMBER = r"(?P<number>\d{1,4}(?: ?(?!i [^\W\d_]{2})[a-z])?)(?![^\W_])"  # "21 i Borås" has no letter
WHOLE = re.compile(rf"(?P<words>.*?)(?: ?{NUMBER})?")
# "Våglängdsgatan 21 lgh 1203", "… 21 1 tr", "… 21–27": what stands after the first number is left out
BEGINNING = re.compile(rf"(?P<words>[^\W\d_][^\d]*) {NUMBER}")
NUMBER_FIRST = re.compile(rf"{NUMBER} (?P<words>[^\d]*[^\W\d]{{4}}[^\d]*)")

Reading = tuple[list[str], str]


def street_and_number(text: str) -> list[Reading]:
    """Return what may be the words of a street and its number, the likeliest first.

    Where a part between commas has a number, the parts without one say the city, the area or a person.
    """
    written = FLOOR.sub(" ", FLAT.sub(" ", CARE_OF_BEHIND.sub(r"\1", plain_digits(text).casefold())))
    parts = [
        part for part in re.split(r"[,;،؛\n·|]+", written)[:MOST_PARTS] if not CARE_OF.match(part.strip())
    ]
    readings = [each for part in parts for each in _read(part)]
    readings += _read(" ".join(parts)) + [each for part in _after_names(written) for each in _read(part)]
    numbered = [each for each in readings if each[1]]
    wanted = numbered or readings
    return [each for place, each in enumerate(wanted) if each not in wanted[:place]]


def _read(part: str) -> list[Reading]:
    plain = folded(BEFORE_NUMBER.sub(" ", POSTCODE.sub(" ", part)))
    found = filter(None, (WHOLE.fullmatch(plain), BEGINNING.search(plain), NUMBER_FIRST.fullmatch(plain)))
    typed = [(each["words"].split(), (each["number"] or "").replace(" ", "").upper()) for each in found]
    return [(words, number) for words, number in typed if words]


def _after_names(text: str) -> list[str]:
    """Return what may be the address after "c/o" and a name of one to three words."""
    said = CARE_OF.match(text.strip())
    words = text.strip()[said.end() :].split() if said else []
    return [" ".join(words[names:]) for names in (0, 1, 2, 3) if words[names:]]


def with_short_forms(street: str) -> str:
    """Return a street's name as a search compares it, with the short and the long forms of its words."""
    return " ".join(SHORT_FORMS.get(word, word) for word in folded(street).split())
