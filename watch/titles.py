"""Names that are titles: whoever is called "Kommunpolisen" or "Hyresvärden" is believed to be them.

Some words are nobody's name and are found anywhere in a name. Others are surnames too (Polis, Stad):
they are titles where they stand first or alone, or behind a sign, so that "Nikos Polis" can be written.
"""

from __future__ import annotations

import re
import unicodedata

from watch.names import folded_name

# Letters of other scripts, and digits, that look like these.
LOOKALIKES = str.maketrans("аеіїорсухкмтνορικτ0135", "aeiiopcyxkmtvopikt" + "oies")
SIGNS = re.compile(r"[,:;/|(){}\[\]\"”“«»*+=_~•·]|\s[-–—]|[-–—]\s|\.\s?$")
ALWAYS = re.compile(
    r"(?:\w*polisen|(?:kommun|omrades|lokal|nar|trygghets|civil|stads|krim\w*)polis(?:er|erna)?|"
    r"polis(?:myndighet|man|assistent|inspektor|kommissarie|station|befal|omrade|kontakt|chef)\w*|poliserna|"
    r"police(?:man|woman|men|officer)|constabulary|"
    r"\w*(?:kontaktombud|kontaktperson)(?:et|en|er|erna|ens|ets)?|ombudet|ombuden|"
    r"kommun(?:en|ens|al\w*)|grannsamverkan\w*|samordnaren|municipality|coordinator|grannstod\w*|"
    r"(?:hyres|vice|trygghets)vard(?:en|ar|arna)?|bovarden|fastighets\w+|hyresgastforening\w*|bostadsbolag\w*|"
    r"bostadsrattsforening\w*|styrelsen|vaktmastare\w*|ordningsvakt\w*|vaktare|vaktaren|vaktbolag\w*|"
    r"socialtjanst\w*|raddningstjanst\w*|brandkar(?![il])\w*|myndighet\w*|skatteverket|aklagar\w*|"
    r"administrator(?:en)?|kundtjanst|"
    r"(?:ال)?شرطه|شرطي|الشرطي|البلديه|بلديه|منسق|المنسق|منسقه|المنسقه|منسقو|"
    r"boo?li+[sc]k?a?|bilayska|degmada|xiriiriye|isku-?duwe|mulkiilaha)s?"
)
PHRASES = re.compile(
    r"\b(?:contact person|property (?:owner|manager)|city council|city of boras|boras stad|boras city|"
    r"bostader i boras|victoriahem|housing (?:company|association)|neighbou?rhood watch|"
    r"qofka xiriirka|dadka xiriirka|milkiilaha guriga|hogga an hay)\b|"
    r"(?:مالك|صاحب) (?:العقار|المبني|العماره|البيت)"
)
# The house's own people, whom a group may publish as its contacts; words without accents.
HOUSES_OWN = re.compile(
    r"\b(?:vicevard|bovard|vaktmastare|styrelse|fastighetsskotare|bostadsrattsforening|hyresgastforening|vaktbolag|"
    r"grannsamverkan)\w*"
)
CLEANING = re.compile(r"\bstäd\w*")  # without its dots it would be the town, "stad"
EMERGENCY = re.compile(r"\b(?:sos|larmcentral\w*|ambulans\w*|nodnummer\w*)\b")
NUMBER = r"(?:11\s?2|1\s1\s2|11\s?4\s?14)\b"
EMERGENCY_NUMBER = re.compile(rf"\b{NUMBER}")
CALLED_BY_NUMBER = re.compile(rf"(?:^\W*|\b(?:larm\w*|ring|call|akut\w*)\W+){NUMBER}", re.IGNORECASE)
POLICE = re.compile(r"\b(?:polis|police|boliis)")
POLICE_WITHIN = re.compile(
    r"polis|police|booli|boliis|bilaysk|شرط[هي]"
)  # of all letters, whatever parts them
POLICE_NUMBER = re.compile(r"\b(?:112|1\s1\s2|114\s?14)\b")
MOST_PARTS = 4  # of a word that is written apart: "Po li sen"
FIRST = frozenset(
    [
        "polis",
        "police",
        "polisens",
        "boliis",
        "ombud",
        "kommun",
        "kommunens",
        "council",
        "landlord",
        "officer",
        "stad",
        "stads",
    ]
)
PLACES = frozenset(
    [
        "i",
        "in",
        "of",
        "fran",
        "from",
        "the",
        "boras",
        "hassleholmen",
        "boda",
        "norrby",
        "hulta",
        "sverige",
        "sweden",
        "svensk",
        "svenska",
    ]
)


def is_title(name: str) -> bool:
    """Return True if a name says what somebody is: police, contact person, municipality or landlord."""
    text = _plain(name)
    words = re.findall(r"[^\W_]+", text)
    if len(words) > 2 and all(len(each) == 1 for each in words):  # "P o l i s e n"
        words = ["".join(words)]
    if any(ALWAYS.fullmatch(each) for each in words) or PHRASES.search(" ".join(words)):
        return True
    parts = [re.findall(r"[^\W_]+", part) for part in SIGNS.split(text)]
    return any(_begins_with_title(part) for part in parts if part)


def claims_office(text: str, *, of_person: bool = False) -> bool:
    """Return True if a group's own contact calls itself what only others are: the police, the landlord, 112.

    The house's own people may be called by their titles: the caretaker, the board. Police is a surname too,
    which a person may have behind a first name, and no organisation.
    """
    plain = HOUSES_OWN.sub(" ", _plain(CLEANING.sub(" ", folded_name(text))))
    number = EMERGENCY_NUMBER if of_person else CALLED_BY_NUMBER  # a house may be number 112 of its street
    is_emergency = number.search(text) or EMERGENCY.search(plain)
    is_police = not of_person and POLICE.search(plain)
    return bool(is_emergency or is_police) or is_title(plain) or _is_title_apart(plain)


def names_police(text: str) -> bool:
    """Return True if a line that should only tell hours names the police or an emergency number."""
    plain = _plain(text)
    letters = re.sub(r"[\W\d_]+", "", plain)
    digits = re.sub(r"[^\w\s]|_", " ", folded_name(text))
    return bool(POLICE_NUMBER.search(digits) or EMERGENCY.search(plain) or POLICE_WITHIN.search(letters))


def is_taken_for(one: str, other: str) -> bool:
    """Return True if a reader takes one name for the other.

    They have the same words, in whatever order, in letters that look alike.
    """
    words, others = (sorted(re.findall(r"[^\W_]+", _plain(each))) for each in (one, other))
    return words == others


def _is_title_apart(plain: str) -> bool:
    """Return True if words that stand beside each other are a title together: "Po lisen"."""
    words = re.findall(r"[^\W_]+", plain)
    ends = range(2, MOST_PARTS + 1)
    runs = (words[at : at + many] for many in ends for at in range(len(words) - many + 1))
    # a title of its own among them was looked at already; Bo Lisa is a name
    joined = ("".join(each) for each in runs if FIRST.isdisjoint(each) and each[0] != "bo")
    return any(
        not HOUSES_OWN.match(each) and (each in FIRST or ALWAYS.fullmatch(each) or EMERGENCY.fullmatch(each))
        for each in joined
    )


def _begins_with_title(words: list[str]) -> bool:
    told = [each for each in words if each not in PLACES]
    return bool(told) and told[0] in FIRST


def _plain(name: str) -> str:
    """Return the name folded, without accents, joined Arabic letters' variants, and lookalikes of Latin."""
    apart = unicodedata.normalize("NFKD", folded_name(name))
    text = "".join(each for each in apart if unicodedata.category(each) not in {"Mn", "Cf"} and each != "ـ")
    text = text.replace("ة", "ه").replace("ى", "ي")
    return text.translate(LOOKALIKES) if re.search("[a-zå-ö]", text) else text
