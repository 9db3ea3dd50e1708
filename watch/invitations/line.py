"""Reads a line into addresses, words and separators, however the addresses are written.

A word that may be meant as an address, "anna(a)gmail.com", counts as one, to be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote

from watch.invitations.naming import TAG
from watch.signs import MEANINGLESS, OF_DIRECTION

# In quotes, in brackets, a word, or a separator. Quoted text is limited to 200 characters, so that an
# unclosed quote is not searched to the end of a long text.
TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.){0,200})"|<(?P<inside>[^<>]*)>'
    r'|(?P<word>[^\s,;،؛<>"@]*@[\w-]+,[A-Za-z]{2,4}(?![\w.@-])|[^\s,;،؛<>"]+)|(?P<stop>[,;،؛])'  # gmail,com
)
# Signs that nobody sees are dropped from lists, and an @ of another width is one
NOT_READ = MEANINGLESS | OF_DIRECTION | dict.fromkeys(map(ord, "＠﹫"), "@")
FULL_WIDTH = {0xFF00 + code: chr(0x20 + code) for code in range(1, 0x5F)}
CURLY = str.maketrans(
    FULL_WIDTH
    | dict.fromkeys("“”„‟«»＂", '"')
    | dict.fromkeys("‹【「『〈《〔⟨", "<")
    | dict.fromkeys("›】」』〉》〕⟩", ">")
    | dict.fromkeys("、،،،﹐︐", ",")
    | dict.fromkeys("；؛﹔;", ";")
    | dict.fromkeys("؟！？¿¡؞…", ", ")
    | {
        "\u00a0": " ",
        "：": ":",
        "﹕": ":",
        "︰": ":",
        "﹫": "@",
        "（": "(",
        "）": ")",
        "·": ", ",
        "•": ", ",
        "۔": "。",
    }
)
IDEOGRAPHIC = re.compile(r"[。｡](?=[^\s@。｡]*@|\s|\Z)")  # a full stop between addresses; else one in a domain
AT = re.compile(r"[(\[{](?:a|at|snabel-?a)[)\]}]", re.IGNORECASE)
MAY_BE_ADDRESS = re.compile(r"[^\W\d_]\.[^\W\d_]{2}")
DOMAIN = re.compile(
    r"(?<![\w.])(?!www\.)[\w+-]+(?:\.[\w-]+)*\.(?:se|com|nu|net|org|eu|info|dk|fi|de|uk|io|me|example)(?![\w/]|\.\w)",
    re.IGNORECASE,
)
ENCODED_AT = re.compile(r"%40|&#0*64;|&#x0*40;|&commat;|\s*(?:\[\s*@\s*\]|\(\s*@\s*\))\s*", re.IGNORECASE)
SPELLED = re.compile(  # anna at gmail.com, anna (a) gmail punkt com
    r"(?<![^\s,;<>\"(])[^\s,;<>\"@]+ +(?:at|snabel-?a|[(\[{](?:a|at|snabel-?a)[)\]}]) +"
    r"[\w-]+(?:\.[\w-]+)*(?:\.| +[(\[]?(?:dot|punkt)[)\]]? +)[a-z]{2,}",
    re.IGNORECASE,
)
INNER_QUOTE = re.compile(r"(?<=[^\W\d_])[“”„‟](?=[^\W\d_])")  # an å, ä or ö of MS-DOS
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
AROUND = "'‘’.,:!?*•–—-…/`_|\\\u200b\u200e\u200f\u2060\ufeff"  # what a sentence or a list puts around a word
NUMBER = re.compile(r"\d{1,3}[.)]")  # of a line in a list
AN_ADDRESS = r"(?:(?:mailto|e-?post|e-?mail):)?\s*([^\s()\[\]<>@\"';]+@[^\s()\[\]<>@\"';]+)\s*"
# ?cc=…&subject=… behind an address, or behind "mailto:"
LINK_FIELDS = re.compile(r"(?:mailto:(?=\?)|(?<=[\w-]))\?([a-z]+=[^\s<>\"'()\[\]]*)", re.IGNORECASE)
BLOCK = r"(?:p|div|tr|li|[uo]l|h\d|table|t?body|br)"
# Other ways to put a name before an address: a web page's link, a Markdown link, brackets, a formula
WAYS: tuple[tuple[str, Any], ...] = (
    (rf"<a\s[^<>]*href=[\"']?{AN_ADDRESS}[\"'][^<>]*>([^<>]*)</a>", r" \2 <\1> "),
    (rf"</?{BLOCK}(?:\s[^<>@]*)?/?>", "; "),
    (r"</?t[dh](?:\s[^<>@]*)?>", ", "),
    (TAG.pattern, " "),
    (r"&(?:#\d+|#x[\da-f]+|[a-z]+);", lambda found: unescape(found[0])),
    (rf"=HYPERLINK\(\s*\"{AN_ADDRESS}\"\s*[;,]\s*\"([^\"]*)\"\)", r" \2 <\1> "),
    (r"(?<![\w\"=])=(\"[^\"]*\")", r"\1"),  # ="1203" is text for a spreadsheet
    (rf"\[([^\[\]]*)\]\({AN_ADDRESS}\)", r" \1 <\2> "),
    (rf"[(\[]{AN_ADDRESS}[)\]]", r" <\1> "),
)
LINKS = tuple((re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in WAYS)
APART = re.compile(r"(?<![^\s,;<>\"])([^\s,;<>\"@]+) +(@[\w.-]+)|([^\s,;<>\"@]+@) +([\w-]+\.[\w.-]+)")
JOINED = "\ue000"  # stands for a space inside an address while the words are told apart


@dataclass(frozen=True)
class Address:
    """An address in a line, or a word that may be meant as one; `in_brackets` is True for <a@example.org>."""

    text: str
    in_brackets: bool = False


@dataclass(frozen=True)
class Stop:
    """A sign between two things: a comma or a semicolon."""

    sign: str


Item = Address | Stop | str


def items_of(text: str) -> list[Item]:
    """Return the addresses, the words and the separators of a line.

    An address that stands again in brackets right after itself, as its own name, is returned once.
    """
    items: list[Item] = []
    for token in TOKEN.finditer(_plain(text)):
        kind, value = str(token.lastgroup), token[str(token.lastgroup)]
        found: list[Item] = [Stop(value)] if kind == "stop" else [*_sorted_out(value, kind)]
        if not (items and kind == "inside" and [_folded(each) for each in found] == [_folded(items[-1])]):
            items += found
    return items


def is_said(word: str) -> bool:
    """Return True for a word that is more than signs, and not the number of a line in a list."""
    return bool(word.strip(AROUND + "()[]/|")) and not NUMBER.fullmatch(word)


def _folded(item: Item) -> str:
    return item.text.casefold() if isinstance(item, Address) else ""


def _plain(text: str) -> str:
    """Return a line with usual signs, and with every way to write a name before an address as one."""
    text = ENCODED_AT.sub("@", text)
    text = " ".join(word if "@" in word else INNER_QUOTE.sub("\ufffd", word) for word in text.split(" "))
    text = IDEOGRAPHIC.sub("; ", text.translate(CURLY))
    copies = [each for fields in LINK_FIELDS.findall(text) for each in _addresses_of(fields)]
    text = "; ".join([LINK_FIELDS.sub("", text), *copies])
    for pattern, plain in LINKS:
        text = pattern.sub(plain, text)
    text = SPELLED.sub(lambda found: found[0].replace(" ", JOINED), text)
    return APART.sub(rf"\1\3{JOINED}\2\4", text)


def _addresses_of(fields: str) -> list[str]:
    """Return to whom else a mail's link writes: cc, bcc and to."""
    values = [unquote(field.partition("=")[2]) for field in re.split("&(?:amp;)?", fields)]
    return [value for value in values if "@" in value]


def _sorted_out(text: str, kind: str) -> Iterator[Item]:
    """Yield the addresses and the other words of a text in quotes, in brackets, or of a word."""
    if kind == "quoted" and "@" not in text:
        yield Address(text) if is_mistyped(text) else text
        return
    for word in text.replace('\\"', '"').split():
        if "@" in word and not AT.search(word):
            for bit in re.split(r"[()\[\]]", word) if word.count("@") < 2 else _several(word):
                if "@" in bit:
                    yield Address(_bare(bit), kind == "inside")
                elif bit.strip(AROUND):
                    yield bit
        else:
            yield Address(word.replace(JOINED, " ")) if is_mistyped(word) else word


def is_like_address(text: str) -> bool:
    """Return True if something in a cell was meant as an address, also if it is mistyped."""
    ways = (AT.search(text), SPELLED.search(text), DOMAIN.search(text), ENCODED_AT.search(text))
    return "@" in text or any(ways)


def is_mistyped(word: str) -> bool:
    """Return True for a word that may be meant as an address, though it has no @."""
    return bool(JOINED in word or AT.search(word) or MAY_BE_ADDRESS.search(word))


def _several(word: str) -> list[str]:
    """Split addresses with nothing but a sign between them: each has one @ and a dot after it."""
    bits = re.split(r"[()\[\]/|:–—]", word)
    is_each = all(re.fullmatch(r"[^@]+@[^@]+\.[^@]+", bit) for bit in bits if bit)
    return bits if is_each else [word]


def _bare(word: str) -> str:
    """Return an address without mailto: and its subject, a label, quotes, unseen signs or a full stop."""
    local, at, domain = UNSEEN.sub("", word).replace(JOINED, " ").partition("@")
    if local.casefold().startswith("mailto:"):
        local = local[len("mailto:") :]
    if "//" not in local:
        local = local.rpartition(":")[2].lstrip("'‘’`*")
    if domain.endswith("_"):
        local = local.lstrip("_")
    return f"{local}{at}{domain.partition('?')[0].rstrip(AROUND)}"
