"""Finds registration plates of cars: three letters, two digits, and a digit or a letter (ABC 123, ABC 12D).

A plate has no I, Q, V, Å, Ä or Ö (the Swedish Transport Agency's rule). What looks like one is none if
its letters are a word or an abbreviation, or if it is a phone number, an amount, a code or part of an address
on the web.
"""

from __future__ import annotations

import re
import unicodedata

from watch.guard.letters import read_as_latin
from watch.guard.words import words

LETTER = "[A-HJ-PR-UW-Z]"
DIGIT = r"(?:\d|[OIl])"  # letters typed for digits
SIGN = r"[-\u2010-\u2015\u2212_.·•:/\\|*+~]"
BETWEEN = rf"\s|{SIGN}|,(?=\d)"
BEGINS, ENDS = r"(?<![^\W_])(?<![/@=&#.-])", r"(?![^\W_])(?!-\d)"
PLATE = re.compile(
    rf"{BEGINS}({LETTER}{{3}})(?:{BETWEEN}){{0,3}}((?:\d{DIGIT}|{DIGIT}\d)(?:{DIGIT}|{LETTER})){ENDS}",
    re.IGNORECASE,
)
APART = re.compile(  # "A B C 1 2 3", "A-B-C-1-2-3"
    rf"{BEGINS}({LETTER})([^\S\n]|{SIGN})({LETTER})\2({LETTER})(?:[^\S\n]|{SIGN}){{1,3}}(\d)\2?(\d)\2?(\d|{LETTER}){ENDS}"
    rf"(?!\2\w\b)",
    re.IGNORECASE,
)
PARTLY_APART = re.compile(  # "AB C 123", "ABC 1 2 3"
    rf"{BEGINS}{LETTER} ?{LETTER} ?{LETTER} \d ?\d ?(?:\d|{LETTER}){ENDS}(?! \w\b)"
)
WEB = re.compile(
    r"\b(?:https?:|www\.)\S+|\S{1,64}@\S+|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[a-z]{2,6}/\S*", re.IGNORECASE
)
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2069\ufeff]")
VEHICLE = re.compile(
    r"\b(?:\w*bil(?:en|ar|arna)?|fordon\w*|moped\w*|mc|motorcykel\w*|släp\w*|skylt\w*|nummerplåt\w*"
    r"|reg(?:istrerings?)?\.?\W?(?:nr|nummer)\w*|registrerad\w*|plåt(?:ar|en)?|volvo|saab|bmw|audi|toyota|ford|golf"
    r"|skoda|kia|opel|mercedes|merca|bmv|tesla|passat\w*|transit|sprinter|peugeot|renault|citro[eë]n|hyundai|mazda|nissan|fiat|seat|polo"
    r"|v\d0|xc\d0|mopp\w+|husvagn\w*|kärra\w*|skåp\w*|traktor\w*|lastbil\w*|taxi\w*|car|cars|van|plate)\b",
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
PRODUCT = re.compile(  # "router WRT 54G"
    r"\b(?:\w*router\w*|modem\w*|skrivare\w*|bläck\w*|patron\w*|tv|tv-n|dator\w*|laptop\w*|\w*maskin\w*|\w*skåp|frys\w*|spis\w*|ugn\w*"
    r"|\w*dragare\w*|borr\w*|batteri\w*|lamp\w+|lås\b|cylind\w*|hylla|bokhylla|soffa\w*|säng\w*|telefon\w*|mobil\w*|klocka\w*|spel\w*"
    r"|högtalar\w*|förstärkare|filter|färg\w*|kulör\w*|printer|drill|charger|laddare)",
    re.IGNORECASE,
)
OFFERED = re.compile(
    r"\b(?:säljes|säljs|bortskänkes|skänkes|skänks|bytes|köpes|till salu|for sale|give away)\b", re.IGNORECASE
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
    plain = read_as_latin(UNSEEN.sub("", WEB.sub(" ", unicodedata.normalize("NFKC", text))))
    found = [each[0] for each in PLATE.finditer(plain) if _is_plate(each, plain)]
    found += [each[0] for each in APART.finditer(plain)]
    found += [each[0] for each in PARTLY_APART.finditer(plain) if _is_whole(each)]
    return list(dict.fromkeys(found + [each[1] for each in FOREIGN.finditer(plain)]))


def _is_whole(found: re.Match[str]) -> bool:
    """Return True unless PLATE finds the same signs, or the letters begin with a word: "HUS 1 2 3"."""
    letters, signs = found[0].split(" ", 1)
    return " " in signs and letters.lower() not in words("of_three_letters")


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
    is_numbered = NUMBERED.search(before) or AMOUNT.match(text, found.end()) or _is_product(before, after)
    return not is_numbered or VEHICLE.search(before + found[0] + after) is not None


def _is_product(before: str, after: str) -> bool:
    """Return True if a product is named beside the signs, or something is sold or given away."""
    beside = " ".join(before.split()[-2:] + after.split()[:2])
    return OFFERED.search(before + after) is not None or PRODUCT.search(beside) is not None


def _around(found: re.Match[str], text: str) -> tuple[str, str]:
    """Return what stands before and after in the same sentence, as far as it matters."""
    before = text[max(0, found.start() - NEAR) : found.start()]
    return SENTENCE_END.split(before)[-1], SENTENCE_END.split(text[found.end() : found.end() + NEAR])[0]
