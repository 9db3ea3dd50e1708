"""Finds neighbours who are told by the number of their flat: "grannen i 1402", "Carin Öberg (lgh 1202)"."""

from __future__ import annotations

import re
import unicodedata

from watch.guard.letters import read_mixed_as_latin
from watch.guard.people import SENTENCE_END, Sentence

FLAT = re.compile(  # a lägenhetsnummer, and no hour, sum, number of an order or part of a phone number
    r"(?<![\d:.,–-])(?<!\d\s)(?<!kl\s)(?<!kl\.\s)(?<!klockan\s)(?<!ärende\s)(?<!order\s)[01]\d\s?[0-3]\d(?!\s?\d|[:.,–-]\d)"
    r"(?!\s?(?:kr|kronor|st|m|meter|kg|år)\b)"
    r"|\b(?:lägenhet\w*|lgh|flat|apartment|apt|guri\w*|(?:ال)?شقة)\W{0,3}(?:nr\W+|no\W+|nummer )?\d{1,4}\b",
    re.IGNORECASE,
)
PERSON = re.compile(
    r"\b(?:\w*boende\w*|\w*hyresgäst\w*|\w*grann\w+|\w*famil\w+|fam|fru|herr|paret|mannen|männen|kvinn\w+|kill\w+"
    r"|tjej\w*|gubb\w+|tant\w*|farbror\w*|pojk\w+|flick\w+|grabb\w+|barnen|ung(?:en|ar|arna|domar\w*)|folket"
    r"|personen|person|någon|nån|han|hon|hen|dom|den som|de som|neighbou?rs?|tenants?|residents?|family|woman"
    r"|man|guy|lady|boys?|girls?|kids?|someone|somebody|he|she|they|whoever|deris\w*|daris\w*|qof\w*|qoys\w*|nin\w*"
    r"|naag\w*)\b|\b(?:ال)?(?:جار|جيران|ساكن|سكان|مستأجر|عائلة|رجل|امرأة|شخص)\w*",
    re.IGNORECASE,
)
TWO_NAMES = re.compile(  # right before a flat: "hos Zorbo Krat i "
    r"[A-ZÅÄÖ][^\W\d_]+\s[A-ZÅÄÖ][^\W\d_]+(?=(?:\s(?:i|på|från|in|at|from)\s|\s?[(,]\s?)\Z)"
)
NEAR = 40  # characters between a flat and the word for whoever lives there


def flats_of_people(text: str) -> list[str]:
    """Return the numbers of flats beside which a person is told of, as written with what stands between."""
    plain = read_mixed_as_latin(unicodedata.normalize("NFKC", text))
    return [found for sentence in filter(None, SENTENCE_END.split(plain)) for found in _flats_in(sentence)]


def _flats_in(sentence: str) -> list[str]:
    flats = list(FLAT.finditer(sentence))
    if not flats:
        return []
    people = [(each.start(), each.end()) for each in PERSON.finditer(sentence)] + _names_in(sentence)
    found = []
    for flat in flats:
        named = [(each.start(), each.end()) for each in TWO_NAMES.finditer(sentence[: flat.start()])]
        beside = [each for each in people if max(each[0] - flat.end(), flat.start() - each[1]) <= NEAR]
        if beside or named:
            begin, end = min(named or beside, key=lambda each: abs(each[0] - flat.start()))
            found.append(sentence[min(begin, flat.start()) : max(end, flat.end())])
    return found


def _names_in(sentence: str) -> list[tuple[int, int]]:
    """Return where the names of people begin and end, as far as names can be told from other words."""
    names = Sentence(sentence).people(is_strict=False)
    return [(each.start(), each.end()) for name in names for each in re.finditer(re.escape(name), sentence)]
