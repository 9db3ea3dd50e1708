"""Tells whether some language writes a word so, by its letters beyond a–z and what stands beside them.

Bytes that are read in a wrong encoding give letters that no language puts together: "Çaðrý", "Ziê…ba".
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

VOWELS = "aeiouyäöåæøáéíóúýàèìòùâêîôûãõëïüőűąęăāēīūėıůě"
NEAR_VOWEL = rf"(?:(?<=[{VOWELS}]){{0}}|{{0}}(?=[{VOWELS}]))"
A_UMLAUT = "(?<!i)ä(?!e)"
# Of each language the letters of a word, as a pattern, without those that it lacks
LANGUAGES = {
    "swedish": rf"[a-zåöéü]|{A_UMLAUT}|(?<![^\W\d_])à(?![^\W\d_])",
    "danish": rf"[a-zåéöü]|{A_UMLAUT}|(?<![{VOWELS}])æ(?![{VOWELS}w])|ø",
    "german": rf"[a-zöüßé]|{A_UMLAUT}",
    "french": r"[a-yéâîôûëïü]|(?<![cr])z|(?<!i)ê|[àù](?![^\W\d_])|ç(?=[aouâ])"
    r"|(?<=[b-df-hj-np-tv-z])è(?=[b-df-hj-np-tv-z])",
    "spanish": r"[a-vx-záéíóúü]|ñ(?=[aeiouáéíóú])",
    "portuguese": r"[a-jl-vxáâàéíóôú]|(?<![cr])z|(?<!i)ê|ê(?=n)|[ãõ](?=[oe])|ã(?![^\W\d_])|ç(?=[aouãõ])",
    "italian": r"[a-z]|[àèéìòù](?![^\W\d_])",
    "icelandic": r"[abd-prs-vxyáéíóúö]|(?<=[^\W\d_])ý|(?<![^\W\d_])þ|(?<=[^\W\d_])ð"
    rf"|(?<![{VOWELS}])æ(?![{VOWELS}])",
    "finnish": rf"[a-zöåšž]|{A_UMLAUT}|ää",
    "estonian": rf"[a-zõöü]|{A_UMLAUT}|ää",
    "albanian": r"[a-zë]|(?<![^\W\d_])ç",
    "turkish": "[a-pr-vyzçıöşüâîû]|(?<=[aeıioöuüâîû])ğ",
    "kurdish": "[a-zçêîşû]",
    "polish": r"[a-pr-uwyzćłóśźż]|(?<=[^\W\d_])[ąę]|ń(?![aeiouyąęó])",
    "czech": rf"[a-pr-vyzáďéěíňóšťúůýžäôľ]|{NEAR_VOWEL.format('[čř]')}|(?<![{VOWELS}])[ĺŕ](?![{VOWELS}])",
    "hungarian": "[a-vyzáéíóöőúüű]",
    "romanian": r"[a-jl-pr-vxzâîşţșț]|ă(?![oe])",
    "croatian": rf"[a-pr-vzđšž]|{NEAR_VOWEL.format('[čć]')}",
    "lithuanian": rf"[a-pr-vyząęįšųūž]|{NEAR_VOWEL.format('č')}|(?<![aeiou])ė",
    "latvian": rf"[a-pr-vzāģīķļņšūž]|{NEAR_VOWEL.format('č')}|ē(?![{VOWELS}])",
    "russian": r"[авгеёжиклмнопрстуфхцчшщюябдзі]|(?<=[бвгджзклмнпрстфхцчшщ])[ьъы]|(?<=[аеёиоуыэюя])й"
    r"|(?<![^\W\d_])й(?=[аеоуя])|(?<![^\W\d_авоу])э",
    "ukrainian": r"[абвгґдеєжзиіклмнопрстуфхцчшщюя]|(?<=[бвгджзклмнпрстфхцчшщ])ь|(?<=[аеєиіоуюя])[йї]"
    r"|(?<![^\W\d_])ї|(?<![^\W\d_])й(?=[аео])",
    "arabic": r"[\u0621-\u0628\u062a-\u063a\u0641-\u0648\u064aپچژگکی]|[\u0629\u0649](?![^\W\d_])"
    r"|(?<=[^\W\d_])ـ|(?<=[\u0621-\u064a])[\u064b-\u0652]",
    "greek": r"[α-ρτ-ωάέήίόύώϊϋ]|σ(?=[^\W\d_])|ς(?![^\W\d_])",
    "hebrew": r"[א-ת]",
    "thai": r"[ก-ฮ]|(?<=[ก-ฮ็-๎])[ะ-ู]|[เ-ไ](?=[ก-ฮ])|(?<=[ก-ู])[็-๎]",
}
ENDS = {"lithuanian": "[seaoiėų]", "latvian": "[sšaeio]", "greek": "[αεηιουωάέήίόύώςνρξψ]"}  # of a name
NEEDS_VOWEL = re.compile(rf"[{VOWELS}аеёиоуыэюяіїє]|[^a-zà-ɏа-ґ]|\A.\Z")
# What an encoding is used for
WESTERN = (
    "swedish",
    "danish",
    "german",
    "french",
    "spanish",
    "portuguese",
    "italian",
    "icelandic",
    "finnish",
)
CENTRAL = ("polish", "czech", "hungarian", "romanian", "croatian", "german", "albanian")
TURKISH = ("swedish", "turkish", "kurdish", "german")
BALTIC = ("swedish", "lithuanian", "latvian", "estonian")
ENCODINGS = {
    "cp1252": (*WESTERN, "estonian", "albanian"), "mac_roman": WESTERN, "cp850": WESTERN, "cp437": WESTERN,
    "cp865": WESTERN, "cp1254": TURKISH, "cp857": TURKISH, "cp1250": CENTRAL, "cp852": CENTRAL,
    "iso8859_2": CENTRAL, "cp1257": BALTIC, "cp775": BALTIC, "cp1251": ("russian", "ukrainian"),
    "cp866": ("russian", "ukrainian"), "koi8_r": ("russian",), "cp1256": ("arabic", "french"),
    "cp1253": ("greek",), "cp737": ("greek",), "cp1255": ("hebrew",), "cp874": ("thai",),
}  # fmt: skip
SPLIT = re.compile(r"[\s;,\t|<>@()\[\]/\\:=+*&%#!?_،؛؟.]+")
EDGES = "\"'“”„«»‘’–—-…·´`"
INSIDE = re.compile("['’‘´`–—-]")
SIGNS = frozenset("§½¼¾°€£²³©®")
MANY = re.compile(r"[^\x00-\x7f]{4}")


def words_of(text: str) -> set[str]:
    """Return the different words with a letter or a sign beyond ASCII, without punctuation."""
    words = {word.strip(EDGES) for word in SPLIT.split(text) if not word.isascii()}
    return {piece for word in words for piece in INSIDE.split(word) if not piece.isascii()}


def languages_of(word: str, encoding: str) -> list[str]:
    """Return those languages of an encoding in which the word can be written so."""
    if not any(map(str.isalpha, word)):
        return [*ENCODINGS[encoding]] if all(sign.isascii() or sign in SIGNS for sign in word) else []
    if not _is_cased(word):
        return []
    plain = word.replace("İ", "i").lower()
    return [each for each in ENCODINGS[encoding] if _whole(each).fullmatch(plain) and _is_likely(plain)]


@cache
def _whole(language: str) -> re.Pattern[str]:
    end = f"(?<={ENDS[language]})" if language in ENDS else ""
    return re.compile(rf"(?:{LANGUAGES[language]}|[0-9])+{end}")


def _is_cased(word: str) -> bool:
    """Return True for "Öberg", "ÖBERG", "McÖ" and "öberg"; False for "åBerg", "BÖrg" and "bÖrg"."""
    letters = [letter for letter in word if letter.isalpha()]
    pairs = pairwise(letters)
    if any(one.islower() and two.isupper() and not (one + two).isascii() for one, two in pairs):
        return word.startswith("Mc")
    is_mixed = any(map(str.islower, letters))
    return not (is_mixed and len(letters) > 1 and letters[1].isupper() and not letters[1].isascii())


def _is_likely(word: str) -> bool:
    """Return True unless a word has no vowel, four Latin letters beyond a–z in a row, or no other letter."""
    if not NEEDS_VOWEL.search(word):
        return False
    is_latin = any("a" <= letter <= "z" or "À" <= letter <= "ɏ" for letter in word)
    return not is_latin or (not MANY.search(word) and (len(word) < 2 or any(map(str.isascii, word))))
