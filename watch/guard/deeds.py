"""Finds people of whom a crime is told: a name and a deed ("Kalle snodde min cykel"), or a warning of a name.

The name is the one who did it: it stands before the deed, and nobody else between ("Kalle såg att någon
stal" is about somebody else). Swedish, English, Arabic and Somali. The wordings lie in deeds.toml.
"""

from __future__ import annotations

import re

from watch.guard.wordings import BEFORE, BEGUN, DOES, DONE_BY, NOUN, OF_OTHERS
from watch.guard.words import words

BY_WHO = re.compile(
    r"\b(?:den|de|dom|han|hon|någon|killen|tjejen|mannen|they|he|she|the one)?\s?(?:som|who)\s[^.!?\n]{0,50}?"
    r"\s(?:heter|är|var|hette|is)\s+(?:nog\s|säkert\s)?\Z",
    re.IGNORECASE,
)
OTHER = re.compile(  # somebody else than the one who was named, or telling rather than doing
    r"\b(?:någo[nt]|nån|några|nåra|de|dom|man|vi|jag|ni|du|ingen|inga|folk|personer|en person"
    r"|en man|en kvinna|män|killar\w*|ungdomar\w*|ungar\w*"
    r"|okända?|tjuv\w*|vandal\w*|att|om|hur|när|ifall|sedan|mot|åt|till|inte|blev|blivit|blir|fick|får"
    r"|har fått|they|someone|somebody|people|that|if|how|about|against"
    r"|had (?:his|her|their|my|a)|got (?:his|her|their)"
    r"|when|not|was|were|thieves|stoppade|skrämde|såg|hörde|tack|polis\w*|la"
    r"|hitta\w*|laga\w*|anmäl\w*|berätta\w*|pratar?|pratade|informera\w*|visar|föreläser|svarar|säger|skriver|varna\w*|tipsa\w*"
    r"|tells|talks|explains|answers|found|reported|helped|fixed|hjälp\w*)\b|(?:أن|إذا|شخص|لم|تم|عن)\b",
    re.IGNORECASE,
)
VICTIM = re.compile(
    r"\b(?:hos|från|för|åt|till|av|mot|tack|tacka|ring|from|to|thanks?|la|hälsar|mvh)\s+\Z", re.IGNORECASE
)
AT_HOME = re.compile(  # "hos Kalle säljs det knark", "säg till Kalle att sluta"
    r"\b(?:knarkas|langas|dealas|supas|röks|säljs\sdet|springer\s(?:det\s)?(?:\w+\s){0,2}(?:missbruk|knark|pund|langar|kund)|att\s(?:genast\s)?sluta\s\w+)",
    re.IGNORECASE,
)
PRETENDED = re.compile(  # a swindler's false name: "en man som sa att han hette Erik"
    r"\b(?:sa|sade|säger|sagt|påstår|påstod|påstått|uppger|uppgav|kalla(?:r|de|t)\s+sig|utger\s+sig|utgav\s+sig|säger\s+sig"
    r"|låtsas|låtsades|claim\w*|pretend\w*|says?|said|calls?\s+(?:him|her)self)\b[^.!?\n]{0,40}"
    r"\b(?:het(?:er|te|a)|är|var|vara|för|sig|is|was|be|(?:him|her)self|named|called)\s+\Z|يدعي\w*|تدعي\w*|sheegta\w*",
    re.IGNORECASE,
)
WHO_WAS_NAMED = re.compile(r"\W*(?:(?:och|and)\s+)?(?:han|hon|he|she|isagu|iyadu|هو|هي)\b", re.IGNORECASE)
SAME_AGAIN = re.compile(
    r"[,;:–]\s*(?:han|hon|he|she)\b|\b(?:eftersom|because)\s(?:han|hon|he|she)\b", re.IGNORECASE
)
UNNAMED = re.compile(
    r"\b(?:någo[nt]|nån|en|ett|den|mannen|kvinnan|killen|tjejen|tjuv\w*|a|someone|somebody|the)\b",
    re.IGNORECASE,
)
ARE_WHO = re.compile(r"\b(?:är|var|are|were) (?:de|dom|den|they|the ones?) (?:som|who)\b", re.IGNORECASE)
HELPING = re.compile(r"\s(?:is|has|keeps|har|hade)\s", re.IGNORECASE)
MOST_BETWEEN = 80  # characters from a name to the end of a deed
MOST_BEFORE = 100  # characters before a name in which a deed or a warning stands


def did_it(sentence: str, begin: int, end: int) -> bool:
    """Return True if the sentence tells of a crime of whom it names from `begin` to `end`."""
    before = sentence[max(0, begin - MOST_BEFORE) : begin]
    if PRETENDED.search(before):
        return False
    if any(pattern.search(before) for pattern in (BEFORE, BEGUN, DONE_BY)):
        return True
    if BY_WHO.search(before) and DOES.search(before):
        return True
    if VICTIM.search(before):
        at_home = AT_HOME.search(sentence, end, end + MOST_BETWEEN)
        again = SAME_AGAIN.search(sentence, end, end + MOST_BETWEEN)
        return at_home is not None or (again is not None and _does(sentence, again.end()))
    return _does(sentence, end) or _has_crime(sentence, end)


def goes_on(sentence: str) -> bool:
    """Return True if the sentence tells a crime of whom the one before has named: "Han snodde min cykel"."""
    who = WHO_WAS_NAMED.match(sentence)
    return who is not None and _does(sentence, who.end())


def does_at_once(sentence: str, end: int) -> bool:
    """Return True if a deed follows at once: "Frank steals", "Mark is dealing"."""
    helping = HELPING.match(sentence, end)
    return DOES.match(sentence, helping.end() if helping else end + 1) is not None


def _does(sentence: str, end: int) -> bool:
    """Return True if a deed soon follows whoever is named before `end`, and nobody else does it."""
    deed = DOES.search(sentence, end, end + MOST_BETWEEN)
    if deed is None or sentence[deed.end() : deed.end() + 1] == "s":  # "hotades": it was done to them
        return False
    between = ARE_WHO.sub("", sentence[end : deed.start()])
    if SAME_AGAIN.search(between) and not UNNAMED.search(between):
        between = SAME_AGAIN.split(between)[-1]
    return not OTHER.search(between)


def _has_crime(sentence: str, end: int) -> bool:
    """Return True if a crime is told right after a name, with nothing but words between."""
    crime = NOUN.search(sentence, end, end + MOST_BETWEEN)
    between = sentence[end : crime.start()] if crime else ""
    return crime is not None and not OTHER.search(between) and not OF_OTHERS.search(between)


def is_arabic_name(word: str) -> bool:
    """Return True if an Arabic word is a first name, perhaps joined to "and", "to" or "with"."""
    names = words("arabic_names")
    return word in names or (len(word) > 3 and word[0] in "ولب" and word[1:] in names)
