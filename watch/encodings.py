"""Reads the bytes of a text file in the encoding that gives Swedish words.

A list comes from Excel for Windows (Windows-1252 or UTF-8, or that of another country), from a Macintosh or
from an old system (MS-DOS), and may have been read in the wrong encoding on its way. Each reading is judged
by its letters: å, ä and ö count for it, words that no language has against it. What is uncertain is U+FFFD.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import islice

from watch.alphabets import ENCODINGS, languages_of, words_of

ONE_BYTE = ("cp1252", "mac_roman", "cp850")  # the first wins between equals
# A cell rarely begins with a small one, so "Šahin" stays what it is
SWEDISH = re.compile("(?<![;,\\t\\n])[åäö]|[ÅÄÖÉ]|(?<=[a-z])é")
HEADINGS = re.compile("lägenhet|område|ägare|förnamn|uppgång|ingång|våning", re.IGNORECASE)  # of columns
WORD, WORD_OF_BYTES = re.compile(r"[^\s;,|<>@]+"), re.compile(rb"[;,\t\n]?[^\s;,|<>@]+")
MOST_JUDGED = 1000  # words
SIGNS = "†‡ˆ‰„‚¤¬¸˜ƒ÷√∂∫≈≠≤≥◊∏∑∞ˇ˘˙˚˛˝\u0080-\u009f\u2190-\u25ff"  # beside no Swedish letter
ODD = re.compile(
    rf"[^\W\d_][{SIGNS}]|[{SIGNS}][^\W\d_]"
    r"|[^\W\d_][“”…™€¢£¥¦§¨©ª«»®¯°±²³¶¹º¿¡›‹•¼½¾][^\W\d_]|(?<!\S)[…™][^\W\d_]"
    r"|[^\W\d_][À-ÖØ-ÞŠŽŒŸ][a-zåäö]|[a-zåäö][À-ÖØ-ÞŠŽŒŸ]|(?<!\w)[ß-öø-ÿ][A-Z]"  # large within small
)
# The bytes of a letter in UTF-8, read as Windows-1252 (Ã¥), Mac Roman (√•) or code page 850 (├Ñ)
TWICE = re.compile(r"[Ã√├][^\x00-\x7f]|Ã\Z|Â[\u00a0-\u00bf]|â€|‚Ä|ÔÇ")


def is_garbled(text: str) -> bool:
    """Return True if the text has letters that come from reading it in a wrong encoding."""
    return bool(TWICE.search(text) or ODD.search(text))


def decoded(data: bytes) -> tuple[str, bool]:
    """Return the text, and whether bytes of two encodings are mixed in it.

    A byte that cannot be read becomes U+FFFD, so that an error can name its row and column.
    """
    data = data.replace(b"\xef\xbb\xbf", b"")  # also where two files were put together
    with suppress(UnicodeDecodeError):
        return repaired(data.decode("utf-8")), False
    text = data.decode("utf-8", errors="replace")
    if any(ord(character) > 127 and character != "\ufffd" for character in text) and _is_mostly_utf8(data):
        return text, True
    return _of_one_byte(data), False


def _is_mostly_utf8(data: bytes) -> bool:
    """Return True if as many letters are written in UTF-8 as bytes are left over."""
    spoilt = len(data.decode("utf-8", errors="ignore").encode())
    written = len(re.findall(rb"[\xc3\xc4\xc5\xe2][\x80-\xbf]", data))
    return written >= len(data) - spoilt


def _of_one_byte(data: bytes) -> str:
    """Return the reading in which all words can be words, with most Swedish letters, in fewest languages.

    Where several are as good, the letters in which they differ become U+FFFD. Without any good one so do all
    words that are none in Windows-1252, except those that are shown as garbled.
    """
    readings = dict(_readings(_sample(data)))
    headings = max(len(HEADINGS.findall(text)) for text in readings.values())
    value = {
        name: (_letters(text), known)
        for name, text in readings.items()
        if len(HEADINGS.findall(text)) == headings and (known := _explained(text, name))
    }
    if not value:
        text = data.decode("cp1252", errors="replace")
        return WORD.sub(lambda word: _unless_bad(word[0]), text)
    best = {data.decode(name, errors="replace") for name in value if value[name] == max(value.values())}
    if len(best) == 1:
        return best.pop()
    return "".join(signs[0] if len({*signs}) == 1 else "\ufffd" for signs in zip(*best, strict=True))


def _sample(data: bytes) -> bytes:
    """Return the first different words with a byte beyond ASCII, with the sign that a cell begins after."""
    words = (word for word in WORD_OF_BYTES.findall(data) if not word.isascii())
    return b" ".join(islice(dict.fromkeys(words), MOST_JUDGED))[: MOST_JUDGED * 20]


def _readings(data: bytes) -> Iterator[tuple[str, str]]:
    for name in ENCODINGS:
        with suppress(UnicodeDecodeError):
            yield name, data.decode(name)


def _explained(text: str, encoding: str) -> int:
    """Return how many words one language has at most, with those of Swedish; 0 if a word has none."""
    found: Counter[str] = Counter({"": 1})
    for word in words_of(text):
        its = languages_of(word, encoding)
        if not its:
            return 0
        found.update(ENCODINGS[encoding] if "swedish" in its else its)
    return 1 + max(found.values())


@lru_cache(maxsize=10_000)
def _unless_bad(word: str) -> str:
    if word.isascii() or is_garbled(word) or all(languages_of(each, "cp1252") for each in words_of(word)):
        return word
    return "".join(sign if sign.isascii() else "\ufffd" for sign in word)


def _letters(text: str) -> int:
    return len(SWEDISH.findall(text))


def repaired(text: str) -> str:
    """Return a text that was encoded twice as it was meant, if the whole of it can be read so."""
    for _time in range(2):
        if not TWICE.search(text):
            break
        text = next((better for name in ONE_BYTE if (better := _undone(text, name)) is not None), text)
    return text


def _undone(text: str, name: str) -> str | None:
    """Return the text of the bytes that were read in this encoding; None if they are no UTF-8."""
    with suppress(UnicodeError):
        return b"".join(_byte(character, name) for character in text).decode("utf-8")
    return None


def _byte(character: str, name: str) -> bytes:
    """Return the byte of a character. Five bytes that Windows-1252 leaves out are passed on as they are."""
    return character.encode("latin-1" if "\x80" <= character <= "\x9f" else name)
