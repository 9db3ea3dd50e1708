"""Finds addresses in a line or a cell, and the names in `Name <name@example.org>`.

Words before an address in other brackets are a name too. Other text stays beside the address, where
guessing.py looks for a name and a flat. Everything with an @ is returned, as an address or as text
to correct.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from watch.guard.words import words as known_words
from watch.personnummer import has_personnummer
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
AT = re.compile(r"\((?:at)\)|\[(?:at)\]", re.IGNORECASE)
MAY_BE_ADDRESS = re.compile(r"[^\W\d_]\.[^\W\d_]{2}")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
AROUND = "'‘’.,:!?*•–—-…/`_|\\\u200b\u200e\u200f\u2060\ufeff"  # what a sentence or a list puts around a word
REGISTERED = re.compile(  # one family name, perhaps with particles, a comma, and one or two given names
    r"((?:(?:af|al|de|der|den|di|el|la|van|von) ){0,2}[^\W\d_]+(?:[-'’][^\W\d_]+)*)\s*,\s*"
    r"([^\W\d_]+(?:-[^\W\d_]+)*(?: [^\W\d_]+\.?)?)",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d{1,3}[.)]")  # of a line in a list
# Other ways to put a name before an address: a web page's link, a Markdown link, brackets, a formula
AN_ADDRESS = r"(?:(?:mailto|e-?post|e-?mail):)?\s*([^\s()\[\]<>@\"';]+@[^\s()\[\]<>@\"';]+)\s*"
LINKS = (
    (re.compile(rf"<a\s[^<>]*href=[\"']?{AN_ADDRESS}[\"'][^<>]*>([^<>]*)</a>", re.IGNORECASE), r" \2 <\1> "),
    (re.compile(r"&(?:lt|#60);"), "<"),
    (re.compile(r"&(?:gt|#62);"), ">"),
    (re.compile(r"<br ?/?>", re.IGNORECASE), "; "),
    (re.compile(rf"=HYPERLINK\(\s*\"{AN_ADDRESS}\"\s*[;,]\s*\"([^\"]*)\"\)", re.IGNORECASE), r" \2 <\1> "),
    (re.compile(rf"\[([^\[\]]*)\]\({AN_ADDRESS}\)", re.IGNORECASE), r" \1 <\2> "),
    (re.compile(rf"[(\[]{AN_ADDRESS}[)\]]", re.IGNORECASE), r" <\1> "),
)
GREETING = re.compile(
    r"^(?:från|from|till|to|hej|hello|hi|mvh|med vänlig(?:a)? hälsning(?:ar)?)\s+", re.IGNORECASE
)
APART = re.compile(r"(?<![^\s,;<>\"])([^\s,;<>\"@]+) +(@[\w.-]+)|([^\s,;<>\"@]+@) +([\w-]+\.[\w.-]+)")
JOINED = "\ue000"  # stands for a space inside an address while the words are told apart


@dataclass(frozen=True)
class Typed:
    """One person as typed. `beside` is other text that stood there, shown but not sent.

    With `is_anothers` it may be about somebody else, and so no name is looked for in it.
    """

    address: str
    name: str = ""
    flat: str = ""
    beside: str = ""
    is_anothers: bool = False


def people_in(text: str) -> list[Typed]:
    """Return everybody in a line, and text that may be meant as an address.

    An address that stands again in brackets right after itself, as its own name, is returned once.
    """
    text = IDEOGRAPHIC.sub("; ", text.translate(CURLY))
    for pattern, plain in LINKS:
        text = pattern.sub(plain, text)
    found = list(_people_in(APART.sub(rf"\1\3{JOINED}\2\4", text)))
    if not any("@" in each.address for each in found) and re.search(r"\w", text):
        return [Typed(" ".join(re.findall(r"[^\s,;<>\"]+", text)))]
    if not found and re.search('[<>"]', text):
        return [Typed(text.strip())]
    return found


def _people_in(text: str) -> Iterator[Typed]:
    last: Typed | None = None
    before: list[str] = []  # text before an address, which belongs to nobody yet
    run: list[str] = []  # words since the last comma
    is_apart = True  # a comma or another address stands between this token and the last address
    for token in TOKEN.finditer(text):
        kind, value = str(token.lastgroup), token[str(token.lastgroup)]
        if kind == "stop":
            before += run
            run, is_apart = [], True
            continue
        addresses, words = _sorted_out(value) if kind != "quoted" or "@" in value else ([], [value])
        named = kind == "inside" and addresses
        name = _name_of(run) if named and not before else ""
        run = [] if name else run
        if last and kind == "inside" and not (is_apart or before or run or name):
            addresses = _others(addresses, last)
        for address in addresses:
            is_apart = False
            if last:
                yield last
            beside, doubtful = _checked([*before, *run])
            yield from doubtful
            last = Typed(address, name, beside=beside, is_anothers=kind == "inside" and bool(before))
            name, before, run = "", [], []
        run += [] if named else words
    beside, doubtful = _checked([*before, *run])
    if last:
        yield replace(last, beside=" ".join(filter(None, (last.beside, beside))))
    yield from doubtful


def _others(addresses: list[str], one: Typed) -> list[str]:
    return [each for each in addresses if each.casefold() != one.address.casefold()]


def _sorted_out(text: str) -> tuple[list[str], list[str]]:
    """Split some words into addresses and other words."""
    addresses, words = [], []
    for word in text.replace('\\"', '"').split():
        if "@" in word and not AT.search(word):
            bits = re.split(r"[()\[\]]", word) if word.count("@") < 2 else _several(word)
            addresses += [_bare(bit) for bit in bits if "@" in bit]
            words += [bit for bit in bits if "@" not in bit and bit.strip(AROUND)]
        else:
            words.append(word)
    return addresses, words


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


def _name_of(words: list[str]) -> str:
    """Return the words before brackets as a name, without quotes, a leading number or a label."""
    said = " ".join(words).replace('\\"', '"').rpartition(":")[2].strip(" '‘’•*–-_`|()[]")
    said = " ".join(given_name_first(said).replace(",", " ").split())
    name = re.sub(r"^\d{1,4}[.)]\s*|\s+(?:via|on behalf of|för)\s.*|\s*[(\[].*", "", GREETING.sub("", said))
    is_name = any(map(str.isalpha, name)) and not any(map(str.isdigit, name)) and "@" not in name
    return name if is_name else ""


def given_name_first(name: str) -> str:
    """Return a name that is written as in a register, "Öberg, Kurt", in the order in which it is said.

    Two given names, "Anna, Kurt", are of two people and stay.
    """
    found = REGISTERED.fullmatch(name.strip())
    if found is None:
        return name
    family, given = found.groups()
    return name if family.casefold() in known_words("first_names") else f"{given} {family}"


def _checked(words: list[str]) -> tuple[str, list[Typed]]:
    """Return the text beside an address, and the parts of it that may be somebody's mistyped address."""
    text = " ".join(words)
    if has_personnummer(text):
        return "", [Typed(text)]
    doubtful = [word for word in words if AT.search(word) or MAY_BE_ADDRESS.search(word)]
    said = [word for word in words if word not in doubtful and word.strip(AROUND + "()[]/|")]
    beside = " ".join(word for word in said if not NUMBER.fullmatch(word))
    return beside, [Typed(each) for each in doubtful]
