"""Finds registration plates of cars: three letters, two digits, and a digit or a letter (ABC 123, ABC 12D).

A plate has no I, Q, V, Å, Ä or Ö (the Swedish Transport Agency's rule). What looks like one is none if
its letters are a word or an abbreviation, or if it is a phone number, an amount, a code or part of an address
on the web.
"""

from __future__ import annotations

import re
import unicodedata

from watch.guard.words import words

LETTER = "[A-HJ-PR-UW-Z]"
BETWEEN = r"[^\S\n]|[-\u2010-\u2015\u2212_.·]"
PLATE = re.compile(
    rf"(?<![^\W_])(?<![/@=&#.-])({LETTER}{{3}})(?:{BETWEEN}){{0,3}}(\d\d(?:\d|{LETTER}))(?![^\W_])(?!-\d)",
    re.IGNORECASE,
)
WEB = re.compile(
    r"\b(?:https?:|www\.)\S+|\S{1,64}@\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,6}/\S*", re.IGNORECASE
)
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2069\ufeff]")
VEHICLE = re.compile(
    r"\b(?:\w*bil(?:en|ar|arna)?|fordon\w*|moped\w*|mc|motorcykel\w*|släp\w*|skylt\w*|nummerplåt\w*"
    r"|reg(?:istrerings?)?\.?\W?(?:nr|nummer)\w*|registrerad\w*|plåt(?:ar|en)?|volvo|saab|bmw|audi|toyota|ford|golf"
    r"|skoda|kia|opel|mercedes|tesla|passat|car|cars|van|plate)\b",
    re.IGNORECASE,
)
CODE = re.compile(  # "Koden till tvättstugan är abc123"
    r"\b(?:kod\w*|\w+kod(?:en)?|lösen\w*|password|code|wi-?fi\w*|nätverk\w*)\W+(?:[\w-]+\W+){0,4}\Z",
    re.IGNORECASE,
)
NUMBERED = re.compile(  # "Ärende med referens ABC 123"
    r"\b(?:modell\w*|artikel\w*|referens\w*|ref"
    r"|ärende\w*|diarie\w*|order\w*|bokning\w*|faktura\w*|kundnummer\w*|ocr|id|serienummer|flight|buss|linje|tagg|bricka|kvarter\w*|fastighet\w*)"
    r"\W+(?:[\w-]+\W+){0,5}\Z",
    re.IGNORECASE,
)
AMOUNT = re.compile(
    r"[^\S\n]?(?:kr\b|kronor|:-|sek\b|kkr|mkr|euro|eur\b|€|\$|%|procent|st\b|stycken|m2|m²|meter|kvm|cm\b|mm\b|gram"
    r"|kg\b|watt|lumen|grader|°|sidor|personer|hushåll|lägenheter|minuter|dagar|timmar)",
    re.IGNORECASE,
)
AT_A_CAR = re.compile(rf"(?:{VEHICLE.pattern})\W+(?:(?:med|och|är|var|en|nr|nummer)\W+)?\Z", re.IGNORECASE)
FOREIGN = re.compile(  # "Norsk bil EK 12345"
    r"\b(?:polsk|tysk|norsk|dansk|finsk|litauisk|lettisk|estnisk|rumänsk|bulgarisk|holländsk|rysk|ukrainsk|utländsk)[at]?\s+"
    r"(?:\w*bil|\w*plåt|\w*skylt|nummer|reg|moped|van|buss|husvagn)\w*[\s:,]+(?:\w+\s+)?"
    r"((?-i:[A-ZÆØÅ]{1,3})[ -]?(?-i:[A-Z]{0,2}) ?\d{2,5}(?: \d{3})?(?-i:[A-Z]{0,2}))\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[\n!?]|(?<!nr)\. ")
NEAR = 100  # characters
SHORT_PHONE = re.compile(r"11[346][^\S\n]?\d\d")  # 113 13, 114 14, 116 117


def plates_in(text: str) -> list[str]:
    """Return what looks like registration plates, as written."""
    plain = UNSEEN.sub("", WEB.sub(" ", unicodedata.normalize("NFKC", text)))
    foreign = [found[1] for found in FOREIGN.finditer(plain)]
    return list(
        dict.fromkeys([found[0] for found in PLATE.finditer(plain) if _is_plate(found, plain)] + foreign)
    )


def _is_plate(found: re.Match[str], text: str) -> bool:
    letters, number = found.groups()
    is_joined = found[0].isupper() and len(found[0]) == 6 and number[-1].isalpha()
    is_word = letters.lower() in words("of_three_letters") and not is_joined
    before, after = _around(found, text)
    if is_word and letters.isupper() and not text.isupper() and AT_A_CAR.search(before):
        return True
    if is_word and number[-1].isalpha() and letters.lower() not in words("before_numbers"):
        return AT_A_CAR.search(before) is not None
    if is_word or SHORT_PHONE.match(text, found.start(2)) or CODE.search(before):
        return False
    is_numbered = NUMBERED.search(before) or AMOUNT.match(text, found.end())
    return not is_numbered or VEHICLE.search(before + found[0] + after) is not None


def _around(found: re.Match[str], text: str) -> tuple[str, str]:
    """Return what stands before and after in the same sentence, as far as it matters."""
    before = text[max(0, found.start() - NEAR) : found.start()]
    return SENTENCE_END.split(before)[-1], SENTENCE_END.split(text[found.end() : found.end() + NEAR])[0]
