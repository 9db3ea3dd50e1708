"""Reads the wordings of deeds (deeds.toml) as patterns: what somebody does, and what was done by somebody."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

OWN = (
    r"(?:min|mitt|mina|vår|vårt|våra|era|ert|er|grannens|grannarnas|andras|folks|mammas|pappas|föreningens"
    r"|gårdens|husets|(?:my|our)(?: \w+['’]s)?"
    r"|people's|other people's|\w+'s|(?-i:[A-ZÅÄÖ])\w+s)"
)
DRUGS = (
    r"(?:knark|drog|droger|hasch|tabletter|kokain|narkotika|amfetamin|cannabis|tramadol|tjack|heroin|piller|gräs\b"
    r"|braj|drugs|weed|hash|pills|cocaine|heroin)\w*"
)
THING = (
    r"(?:\w*cykel\w*|cyklar\w*|\w*sparkcykel\w*|scooter\w*|kickboard\w*|skateboard\w*|\w*moped\w*|\w*vagn\w*|paket\w*|post(?:en)?\b|brev\w*|tvätt(?:en)?\b|kläder\w*|jack\w+|\w*däck\w*"
    r"|mobil\w*|telefon\w*|plånbok\w*|väsk\w+|verktyg\w*|borrmaskin\w*|tv\b|dator\w*|skor\w*|grejer\w*|saker\w*|pengar\w*|kassan|nyckelknippa\w*"
    r"|möbler\w*|bikes?|bicycles?|parcels?|packages?|mail|laundry|phone|wallet|money|tools?|tv|things|stuff|pram|tyres?|tires?)"
)


def _kinds(where: str) -> list[dict[str, Any]]:
    listed = tomllib.loads((Path(__file__).resolve().parent / "deeds.toml").read_text(encoding="utf-8"))
    return list(listed[where].values())


def _phrases(where: str) -> list[str]:
    joined = [f"(?:{phrase})" for kind in _kinds(where) for phrase in kind["phrases"]]
    parts = {" ?": r"\s*", "{own}": OWN, "{drugs}": DRUGS, "{thing}": THING, " ": r"\s+"}
    for part, pattern in parts.items():
        joined = [phrase.replace(part, pattern) for phrase in joined]
    return joined


def _words(key: str) -> str:
    return "|".join(" ".join(kind[key] for kind in _kinds("does")).split())


STEMS = f"(?:{_words('verbs')})"
DOES = re.compile(
    rf"\b(?:{STEMS}(?:r|t|de)?\b|(?<!la )(?:{_words('words')})\b|{'|'.join(_phrases('does'))})", re.IGNORECASE
)
NOUN = re.compile(rf"\b(?:{'|'.join(_phrases('nouns'))})\b", re.IGNORECASE)
OF_OTHERS = re.compile(rf"[^\w\s]|\b(?:{'|'.join(_phrases('others'))})\b", re.IGNORECASE)
_LEADS = rf"\b(?:{'|'.join(_phrases('before'))})[\s:=,]+"
BEFORE = re.compile(rf"{_LEADS}\Z", re.IGNORECASE)
THEN = (
    r"(?:i\s(?:går|natt|morse|dag|helgen|fjol|höstas|våras|somras|\w+s)|igår|idag|sen|sedan|då|där|nu|igen|alltid|ofta|varje\s\w+"
    r"|yesterday|then)"
)
BEGUN = re.compile(  # "i går snodde Kalle"
    rf"\b{THEN}\s(?:{STEMS}(?:r|de)|{_words('words')}|slog|slår|tände|bröt|kastade|sålde)\s+\Z", re.IGNORECASE
)
_DONE = (  # "sprejad av Kalle", "smashed by Kevin"
    rf"\b(?:{STEMS}(?:s|ts|des|d|de|t)|stulen|stulna|stulet|stals|snodd\w*|togs|tagits|tagen|tagna|slogs|slagen|förstörd\w*"
    r"|misshandlad\w*|våldtogs|bröts|stolen|broken|smashed|taken|robbed|attacked|scratched|destroyed|burned)"
    r"(?:\s[^\W\d_]+){0,4}?\s(?:av|by)\s+"
)
DONE_BY = re.compile(rf"{_DONE}\Z", re.IGNORECASE)
# Without one of these a sentence tells of nobody.
TOLD = re.compile("|".join([DOES.pattern, NOUN.pattern, _LEADS, _DONE]), re.IGNORECASE)
