"""Tells which words are a neighbour's name, wherever they stand: in brackets, in a column, beside an address.

A wrong name is worse than none, so that words which may be something else are no name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from watch.encodings import is_garbled
from watch.guard.words import words
from watch.searching import folded

REGISTERED = re.compile(  # one family name, perhaps with particles, a comma, and one or two given names
    r"((?:(?:af|al|de|der|den|di|el|la|van|von) ){0,2}[^\W\d_]+(?:[-'’][^\W\d_]+)*)\s*,\s*"
    r"([^\W\d_]+(?:-[^\W\d_]+)*(?: [^\W\d_]+\.?)?)",
    re.IGNORECASE,
)
STREET = re.compile(r"(?:gata|gatan|väg|vägen|torg|torget|gränd|stig|stigen|backen|plan|huset)\Z", re.I)
AND = re.compile(r"\s*(?:[,;/&+\n]|\boch\b|\band\b|\biyo\b|(?<=\s)و)\s*", re.IGNORECASE)
TAG = re.compile(
    r"</?(?:[abiu]|em|strong|span|font|small|p|div|td|th|tr|li|[uo]l|h\d|table|t?body|html|br|hr)(?:\s[^<>@]*)?/?>",
    re.IGNORECASE,
)
# A label ends at a colon with a space, so that "21:an" and "Per:s" have none; a few are known without it
LABEL = re.compile(r"\A(?:.*:(?:\s+|\Z)|(?:till|to|från|from|kopia|cc|bcc|namn|name|fn)\s*:)", re.I | re.S)
NUMBER = re.compile(r"\A\d{1,4}[.)]\s*")  # of a line in a list
CUT = re.compile(r"\s*[(\[{].*|\s+(?:[-–—|•]|via|on behalf of|för|c/o)\s.*", re.IGNORECASE | re.S)
SIGNS = ".,:;!?*()[]'\"–-"
SMALL = "af al av bin da dal de del den der di dos du el ibn la le ten ter van von y zu"
TASKS = """
admin administratör andrahandshyresgäst board boende chair chairman chairperson deltagare grannar granne
grannen guest gäst hyresgäst hyresgästen inneboende kassör kassören kontaktperson ledamot manager medlem
medlemmen member moderator neighbor neighbour owner resident revisor secretary sekreterare sekreteraren
styrelse styrelseledamot styrelsemedlem styrelsen suppleant tenant treasurer valberedning vice värd ägare
ägaren
"""
GREETINGS_AND_LABELS = """
adress anm bcc cc e-mail e-post e-postadress email epost from från hej hello hi hus hälsar hälsn hälsning
hälsningar kontakt kopia lgh läg lägenhet mail maila med mejl mejla mobil mvh name namn nr obs port sent
tack tel telefon till to trapp uppgång vid vänlig vänliga vänligen
"""
OF_NOBODY = """
alla andrahand anonym anonymous avflyttad avflyttat avliden avlidne bostadsrätt brf brf:s deceased död
dödsbo dödsboet ej fam familj familjen flyttad flyttar flyttat hyresrätt identitet inflyttad inflyttat
inga ingen inget inte kontakta okänd okänt ring ringa saknar saknas skicka skyddad undefined unknown
utflyttad utflyttat uthyrd uthyrt vakans vakant
"""
PARTICLES = frozenset(SMALL.split())
ROLES = frozenset(TASKS.split()) | words("roles")
AROUND = frozenset(GREETINGS_AND_LABELS.split())  # before or after a name
NOBODY = frozenset(OF_NOBODY.split())  # a text with one of these is nobody's name
NO_NAME = re.compile(  # what programs and people write for nothing, as the whole text
    r"#[\w/]+[!?]?|true|false|sant|falskt|null|none|nan|n/?a|\(?tom\)?|tomt|ja|nej|yes|no|och|and|x{2,20}",
    re.IGNORECASE,
)


def name_in(text: str) -> str:
    """Return the name in a text that stands where a name stands; empty if none is certain.

    Labels, greetings, roles, and what stands in brackets or behind a dash are dropped. Names of several
    people, "Anna och Bo", stay together. A name with lost letters is returned, to be corrected.
    """
    said = LABEL.sub("", " ".join(TAG.sub(" ", unescape(text)).replace('\\"', '"').split()))
    if NO_NAME.fullmatch(said.strip()):
        return ""
    if is_garbled(said) or "\ufffd" in said:
        return said
    if any(part.casefold().strip(SIGNS) in NOBODY for part in said.split()):
        return ""
    said = NUMBER.sub("", CUT.sub("", said.lstrip("([")).strip(" '‘’•*–-`|()[]"))
    said = given_name_first(said)
    parts = AND.split(said)
    names = [name for part in parts if (name := _without_edges(part))]
    if not all(map(_may_be_name, names)) or len(names) not in {1, len(parts)}:
        return ""
    return names[0] if len(names) == 1 else _without_edges(said)


def _without_edges(text: str) -> str:
    """Return a text without roles, greetings and labels at its beginning and end."""
    said = text.split()
    while said and _is_around(said[0]):
        del said[0]
    while said and _is_around(said[-1]):
        del said[-1]
    return " ".join(said)


def _is_around(word: str) -> bool:
    plain = word.casefold().strip(SIGNS)
    return not plain or plain in ROLES or plain in AROUND


def _may_be_name(text: str) -> bool:
    """Return True for words that are no sentence, street or town, and do not say that there is nobody."""
    parts = [part.casefold().strip(SIGNS) for part in text.split()]
    first_names = words("first_names")
    is_other = any(STREET.search(part) or _has_ending(part) for part in parts)
    is_place = all(part in words("no_people") and part not in first_names for part in parts)
    is_sentence = len(parts) > 1 and not _is_written_as_name(text.split())
    has_letter = any(map(str.isalpha, text))
    return has_letter and not (NO_NAME.fullmatch(text) or is_other or is_place or is_sentence)


def _is_written_as_name(said: Sequence[str]) -> bool:
    """Return True for words in capitals, or in small letters with a first name: "anna berg", "Anna berg"."""
    known = words("first_names") - words("also_words")
    parts = [part for part in said if part.casefold() not in PARTICLES]
    small = [part for part in parts if part[0].islower()]
    if len(small) == len(parts):
        return bool(known & {*parts})
    return not small or (len(parts) == 2 and said[0].casefold() in known)


def _has_ending(part: str) -> bool:
    """Return True for "Per:s" and "21:an"; "S:t" is a part of a name."""
    return ":" in part and part != "s:t"


def given_name_first(name: str) -> str:
    """Return a name that is written as in a register, "Öberg, Kurt", in the order in which it is said.

    Two given names, "Anna, Kurt", are of two people and stay.
    """
    found = REGISTERED.fullmatch(name.strip())
    if found is None:
        return name
    family, given = found.groups()
    is_other = any(_is_around(each) or each.casefold() in NOBODY for each in (family, given))
    return name if is_other or family.casefold() in words("first_names") else f"{given} {family}"


def is_sure_name(name: str, address: str) -> bool:
    """Return True for a name at no certain place, if it is written as one, known or in the address."""
    parts = [part for part in name.split() if part.casefold() not in PARTICLES]
    known, in_address = is_known(name), is_in_address(name, address)
    is_written = all(not part[0].islower() for part in parts)
    return bool(parts) and (
        (is_written and (in_address or known or len(parts) > 1)) or (in_address and known)
    )


def is_known(text: str) -> bool:
    """Return True if a word of the text is a common first name."""
    known = words("first_names") | words("arabic_names")
    return any(part in known for part in re.split(r"[\s-]", text.casefold()))


def is_in_address(text: str, address: str) -> bool:
    """Return True if a word of the text stands in the address before the @."""
    mailbox = folded(address.partition("@")[0])
    parts = [folded(part).replace(" ", "") for part in text.split()]
    return any(
        part in mailbox.split() or (len(part) > 2 and part in mailbox.replace(" ", "")) for part in parts
    )


def begins_address(name: str, address: str) -> bool:
    """Return True if the address holds the first word of the name before the @."""
    first = folded(name).partition(" ")[0]
    return bool(first) and first in folded(address.partition("@")[0]).replace(" ", "")
