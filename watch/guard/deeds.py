"""Finds people of whom a crime is told: a name and a deed ("Kalle snodde min cykel"), or a warning of a name.

The name is the one who did it: it stands before the deed, and nobody else between ("Kalle såg att någon
stal" is about somebody else). Swedish, English, Arabic and Somali.
"""

from __future__ import annotations

import re

from watch.guard.words import words

OWN = r"(?:min|mitt|mina|vår|vårt|våra|grannens|andras|my|our)"
DRUGS = (
    r"(?:knark|drog|droger|hasch|gräs|tabletter|kokain|narkotika|amfetamin|cannabis|drugs|weed"
    r"|hash|pills)\w*"
)
DEED = re.compile(
    r"\b(?:sn[oö]r|snod|snodde|snott|sno|stjäl|stjäler|stjäla|stal|stulit|snatta\w*|planka\w*"
    r"|lang(?:ar|at|ade)|knarka(?:r|t|de)|missbruka(?:r|t|de)"
    rf"|(?:säljer|sålde|sålt|köper|röker|röka|säljare av)\s+{DRUGS}"
    r"|(?:bryter|bröt|brutit|bryta)\s+(?:sig in|upp)|(?:gör|gjort|gjorde)\s+inbrott\w*|tjuvkoppla\w*"
    r"|klottra(?:r|t|de)|(?:ritar|ritade|ritat|målade|målat|sprejar|sprejat"
    r"|sprejade)\s+på\s+(?:vägg|dörr|bil|hiss|port)\w*"
    r"|(?:kastar|kastade|kastat)\s+sten\w*|(?:skjuter|sköt|skjutit)\s+(?:raketer|smällare|på)"
    r"|eldade|eldat|(?:tände|tänt|satte|satt)\s+(?:eld|fyr)\s+på|anla(?:de|gt)\s+\w*brand\w*"
    r"|krossa(?:r|t|de)|(?:slår|slog|slagit|kör|körde|kört)\s+sönder|(?:slår|slog)\s+(?:sin"
    r"|sitt|sina)|vandalis\w+(?<!s)|förstör(?:t|de)"
    r"|hota(?:r|t|de)|misshandla(?:r|t|de)|våldt(?:ar|og|agit)|tafsa(?:r|t|de)|ofreda(?:r|t|de)"
    r"|lura(?:r|t|de)|råna(?:r|t|de)|spionera(?:r|t|de)"
    rf"|(?:ligger|låg)\s+bakom|(?:tog|tagit|ta)\s+pengar\w*|tagit\s+{OWN}\b"
    rf"|stole|stolen|steals?|stealing|robbed|burgled|sells?\s+{DRUGS}|deals?\s+{DRUGS}|(?:broke"
    rf"|breaks)\s+(?:into|the)|broken\s+into"
    r"|(?:set|sets)\s+fire|threaten(?:s|ed)|vandali[sz]ed|attacked"
    r"|(?:sitter|satt|suttit)\s+i\s+fängelse|känd\s+av\s+polisen|(?:är|blev)\s+(?:efterlyst"
    r"|gripen|dömd)|greps|efterlyst"
    r"|(?:är|is|waa)\s+(?:nog\s+)?(?:en\s+|ett\s+|a\s+|an\s+|the\s+)?(?:\w*tjuv|bedragare"
    r"|\w*langare|knarkare|missbrukare|rånare|pedofil"
    r"|våldtäktsman|pyroman|thief|burglar|dealer|tuug)\b"
    r"|(?:waa\s+)?tuug\b|(?<!la )xa(?:day|dday|do)\b|(?<!la )jab(?:iyay|isay)\b|daroogo\w*|(?<!la )gubay\b"
    r"|(?:اللص|لص|السارق|المجرم|سرق|يسرق|سرقت|يبيع المخدرات|تبيع المخدرات|كسر|يكسر|هدد|يهدد|أحرق|ضرب))",
    re.IGNORECASE,
)
DONE_BY = re.compile(  # the name follows
    r"(?:\b(?:inbrott|stöld|brand|bränd|rån|skadegörelse|misshandel"
    r"|klott)\w{0,5}\s+(?:\w+\s+)?(?:gjordes|begicks|anlades|utfördes|görs)\s+av"
    r"|\b(?:akta|akta er|akta dig|se upp|passa er|varning|vakta er)\s+för|\bhåll\s+(?:koll"
    r"|ögonen|utkik)\s+(?:på|efter)|\bkolla upp"
    r"|\banmäl|\bpekar på|\bknark\w*(?:en)?|\bwatch out for|\bbeware of|\bkeep an eye on"
    r"|\biska (?:ilaali|jir)|\b(?:ka )?shaki\w*|\befterlyst\W*"
    r"|\bpolisen\s+(?:tog|hämtade|grep|har gripit|har hämtat|jagar|förhörde|har förhört|letar efter|söker)"
    r"|\b(?:\w*tjuv|bedragar|rånar|\w*langar|dealer|knarkar|pyroman|vandal|gripn|inbrotts\w+"
    r"|thie|burglar|drug dealer)(?:en|na|arna|ne|f|ves)?(?: \w+ \w+)?"
    r"(?:\s+(?:är|var|heter|kallas|is|are))?(?:\s*[:=]\s*)?"
    r"|\b(?:som|who)\s+\w+[^.!?\n]{0,50}?\s(?:heter|är|var|hette|is)"
    r"|\btuugg?\w*(?:\s+magaciis\w*)?\s+waa|\b(?:iibiya|xaday|jebiyay|jabiyay)"
    r"|(?:المشتبه به|المشتبه بهم|أشتبه في|نشتبه في|احذروا من|احذر من|اللص هو|اللص|السارق اسمه"
    r"|السارق|المجرم|سرق|كسر|يدعى)\W*(?:هو|اسمه)?)"
    r"[\s:=]+\Z",
    re.IGNORECASE,
)
BY_WHO = re.compile(r"\b(?:som|who)\s[^.!?\n]{0,50}?\s(?:heter|är|var|hette|is)\s+\Z", re.IGNORECASE)
OTHER = re.compile(  # somebody else than the one who was named
    r"\b(?:någo[nt]|nån|några|nåra|de|dom|man|vi|jag|ni|du|ingen|inga|folk|personer|en person"
    r"|en man|en kvinna|män|killar\w*|ungdomar\w*|ungar\w*"
    r"|okända?|tjuv\w*|vandal\w*|att|om|hur|när|ifall|sedan|mot|åt|till|inte|blev|blivit|fick"
    r"|har fått|they|someone|somebody|people|that|if|how"
    r"|when|not|was|were|thieves|stoppade|skrämde|såg|hörde|tack|polis\w*|la)\b|(?:أن|إذا|شخص|لم|تم)\b",
    re.IGNORECASE,
)
VICTIM = re.compile(
    r"\b(?:hos|från|för|åt|till|av|mot|tack|tacka|ring|from|to|thanks?|la)\s+\Z", re.IGNORECASE
)
RESIDENT = re.compile(
    r"\b(?:grann\w+|hyresgäst\w*|man|mannen|kvinnan|killen|kille|tjejen|grabben|gubben|han|hon"
    r"|den|ungarna|sonen)\s+(?:på|i|från)\s+"
    r"(?:lägenhet|lgh|port|plan|\d{4}|\d:?an|första|andra|tredje|fjärde|femte|ettan|tvåan|trean"
    r"|fyran|femman)\b",
    re.IGNORECASE,
)
WHO_WAS_NAMED = re.compile(r"\W*(?:(?:och|and)\s+)?(?:han|hon|he|she|isagu|iyadu|هو|هي)\b", re.IGNORECASE)
MOST_BETWEEN = 80  # characters from a name to the end of a deed
MOST_BEFORE = 100  # characters before a name in which a deed or a warning stands


def did_it(sentence: str, begin: int, end: int) -> bool:
    """Return True if the sentence tells of a crime of whom it names from `begin` to `end`."""
    before = sentence[max(0, begin - MOST_BEFORE) : begin]
    if DONE_BY.search(before):
        return not BY_WHO.search(before) or DEED.search(before) is not None
    if VICTIM.search(before):
        return False
    return _does(sentence, end)


def goes_on(sentence: str) -> bool:
    """Return True if the sentence tells a crime of whom the one before has named: "Han snodde min cykel"."""
    who = WHO_WAS_NAMED.match(sentence)
    return who is not None and _does(sentence, who.end())


def _does(sentence: str, end: int) -> bool:
    """Return True if a deed soon follows whoever is named before `end`, and nobody else does it."""
    deed = DEED.search(sentence, end, end + MOST_BETWEEN)
    if deed is None or sentence[deed.end() : deed.end() + 1] == "s":  # "hotades": it was done to them
        return False
    return not OTHER.search(sentence[end : deed.start()])


def residents_in(sentence: str) -> list[str]:
    """Return somebody who is told by where they live, and of whom a crime is told: "killen i 1203 langar"."""
    return [each[0] for each in RESIDENT.finditer(sentence) if did_it(sentence, each.start(), each.end())]


def is_arabic_name(word: str) -> bool:
    """Return True if an Arabic word is a first name, perhaps joined to "and", "to" or "with"."""
    names = words("arabic_names")
    return word in names or (len(word) > 3 and word[0] in "ولب" and word[1:] in names)
