"""Reads the bytes of a text file in the encoding that gives Swedish words.

A list comes from Excel for Windows (Windows-1252 or UTF-8), from a Macintosh (Mac Roman) or from an old
system (MS-DOS, code page 850), and may have been read in the wrong encoding on its way. Each reading is
judged by its letters: å, ä and ö count for it, signs inside words against it. Other countries' programs mean
other letters by the same bytes, so letters that are not sure become U+FFFD.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache

from charset_normalizer import from_bytes

ONE_BYTE = ("cp1252", "mac_roman", "cp850")  # the first wins between equals
# Encodings of the same systems in Turkey, in Central Europe and at the Baltic
ELSEWHERE = {
    "cp1252": ("cp1254", "cp1250", "cp1257"),
    "mac_roman": ("mac_turkish", "mac_latin2"),
    "cp850": ("cp857", "cp852", "cp775"),
}
# A cell rarely begins with a small one, so "Šahin" stays what it is
SWEDISH = re.compile("(?<![;,\\t\\n])[åäö]|[ÅÄÖÉ]|(?<=[a-z])é")
SIGNS = "†‡ˆ‰„‚¤¬¸˜ƒ÷√∂∫≈≠≤≥◊∏∑∞ˇ˘˙˚˛˝\u0080-\u009f\u2190-\u25ff"  # beside no Swedish letter
ODD = re.compile(
    rf"[^\W\d_][{SIGNS}]|[{SIGNS}][^\W\d_]"
    r"|[^\W\d_][“”…™€¢£¥¦§¨©ª«»®¯°±²³¶¹º¿¡›‹•¼½¾][^\W\d_]|(?<!\S)[…™][^\W\d_]"
    r"|(?<!\w)[£¥¯][^\W\d_]"
    r"|[^\W\d_][À-ÖØ-ÞŠŽŒŸ][a-zåäö]|[a-zåäö][À-ÖØ-ÞŠŽŒŸ]|(?<!\w)[ß-öø-ÿ][A-Z]"  # large within small
)
# The bytes of a letter in UTF-8, read as Windows-1252 (Ã¥), Mac Roman (√•) or code page 850 (├Ñ)
TWICE = re.compile(r"[Ã√├][^\x00-\x7f]|Ã\Z|Â[\u00a0-\u00bf]|â€|‚Ä|ÔÇ")

# A letter that a program could not write ("P?r", "Gr?"), and the signs of mail and of URLs for one
LOST = re.compile(
    r"[^\W\d_]\?|\?[^\W\d_]|[=%]C3[=%][0-9A-F]{2}|(?:(?<=[^\W\d_])|(?<!\S))[=%][C-F][0-9A-F](?![\d%=])",
    re.IGNORECASE,
)
REPLACED = re.compile(  # by other signs, which an e-mail address may have
    r"(?<=[A-Za-z])[{}|](?=[a-z])|(?<!\S)[{}|](?=[a-z])|(?<=[a-z])[{}|](?!\S)"  # P{r |berg: Swedish 7-bit
    r"|(?<=[A-Z])[\[\]\\](?=[A-Z])|(?<!\S)(?:\[(?![^\[\]]*\])|[\]\\])(?=[a-z])|(?<=[A-Z])\\(?!\S)"  # BOR]S
    r"|\+A[M-P][A-Za-z0-9+/]+-?"  # P+AOQ-r: UTF-7
    r"|\\(?:u00|x)[0-9a-fA-F]{2}|&(?:#\d+|#x[\da-fA-F]+|[A-Za-z]+);"  # of programs and of web pages
    r"|(?<=[A-Za-zÅÄÖåäö])[_*#$~^](?=[a-zåäö])"  # Bj_rk
    r"|[A-Za-zÀ-ɏ][Ͱ-ӿ]|[Ͱ-ӿ][A-Za-zÀ-ɏ]"  # a Greek or Cyrillic letter in a word of Latin ones
)

NORDIC = re.compile("[a-z]å|å[a-z]|Å[a-z]", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")


def is_garbled(text: str) -> bool:
    """Return True if the text has letters that come from reading or writing it in a wrong encoding."""
    is_encoded_word = "=?" in text  # of a mail's header, which has a rule of its own
    is_lost = not is_encoded_word and LOST.search(text)
    is_replaced = "@" not in text and REPLACED.search(text)
    return bool(TWICE.search(text) or ODD.search(text) or is_lost or is_replaced)


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
    """Return the reading with most Swedish letters. Without a good one the cells are shown as garbled."""
    likely = from_bytes(
        data, cp_isolation=list(ONE_BYTE), threshold=0.6, preemptive_behaviour=False, enable_fallback=False
    )
    names = [name for name in ONE_BYTE if any(name in match.could_be_from_charset for match in likely)]
    readings = {name: data.decode(name) for name in names}
    good = [name for name, text in readings.items() if not ODD.search(text)]
    best = max(good, key=lambda name: _letters(readings[name]), default="cp1252")
    return _without_unsure(data.decode(best, errors="replace"), best)


def _without_unsure(text: str, encoding: str) -> str:
    """Replace the letters that mean another one elsewhere by U+FFFD.

    An å among a–z tells that the file comes from the Nordic countries, or from Turkey, which has it too.
    Without any, a word is also unsure if most of it lies beyond a–z: it may be in Cyrillic or Arabic.
    """
    turkish, *others = ELSEWHERE[encoding]
    is_nordic = NORDIC.search(text) is not None
    sure = _same_letters(encoding, turkish) if is_nordic else _same_letters(encoding, turkish, *others)
    if encoding != ONE_BYTE[0] and not _letters(text):  # nothing speaks for an old system
        sure = frozenset()

    def checked(word: re.Match[str]) -> str:
        letters = word[0]
        beyond = sum(not letter.isascii() for letter in letters)
        if is_nordic or beyond <= max(1, len(letters) // 2):
            return "".join(each if each.isascii() or each in sure else "\ufffd" for each in letters)
        return "".join(each if each.isascii() else "\ufffd" for each in letters)

    return WORD.sub(checked, text)


@cache
def _same_letters(encoding: str, *others: str) -> frozenset[str]:
    """Return the letters at whose byte the others have the same or nothing, and those of Swedish."""
    beyond_ascii = (bytes([byte]) for byte in range(128, 256))
    read = [[byte.decode(name, errors="ignore") for name in (encoding, *others)] for byte in beyond_ascii]
    return frozenset("åÅ").union(letters[0] for letters in read if {*letters} <= {letters[0], ""})


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
