"""Finds people who are called suspects: a word such as "misstänkt" and a person's name in one sentence.

A name is a known first name, or a capitalised word that neither begins the sentence nor is a firm or a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from watch.guard.deeds import did_it, does_at_once, goes_on, is_arabic_name
from watch.guard.letters import read_mixed_as_latin
from watch.guard.pointers import POINTER
from watch.guard.telling import FOUND, blamed_in, residents_in, told_in
from watch.guard.wordings import TOLD
from watch.guard.words import words

IS_PLACE = re.compile(
    r"(?:gatan|gata|vägen|väg|torget|torg|gränd|parken|park|skolan|skola|plan|huset|hus|centrum|köping|staden|stad"
    r"|kyrkan|badet|sjön|banken|bank|verket|kassan|myndigheten|bolaget|bolag|föreningen|appen|posten|tjänst(?:en)?"
    r"|jour(?:en)?|hallen|garaget|källaren|backen|bron|stationen|macken|street|road)s?\Z"
)
SUSPECT = re.compile(
    r"\bmis{1,2}t?[äae]nk(?:t|ta|te|ts|tas|tes|s|er|a|as)\b|\bmiss?tank\w*|\bsuspect(?:s|ed)?\b",
    re.IGNORECASE,
)
ACTIVE = re.compile(
    r"\bmis{1,2}t?[äae]nk(?:er|a)\b|\bI suspect\b", re.IGNORECASE
)  # who stands before it suspects
ACCUSED = re.compile(
    r"\b(?:gripen|gripna|gripits|anhåll\w+|häkta\w+|åtala\w+|dömd\w*|dömts|anklaga\w*|polisanmäld\w*|utpekad\w*"
    r"|pekas ut|arrested|accused)\b",
    re.IGNORECASE,
)
CULPRIT = re.compile(
    r"\b(?:inbrotts)?(?:tjuv\w*|gärningsm[aä]n\w*|förövar\w*|rånar\w*|bedragaren|\w*langar\w*|boven|vandalen|brottsling\w*"
    r"|pyroman\w*|pedofil\w*|thief|burglar)\b",
    re.IGNORECASE,
)
LINKED = re.compile(r"\b(?:är|var|heter|hette|kallas|is|was)\b|[:=,(]", re.IGNORECASE)
NAMED = re.compile(r"\b(?:heter|hette|kallas|namnet|vid namn)\b|^\W*det (?:är|var)\b", re.IGNORECASE)
CALLED = re.compile(
    r"\b(?:han|hon|hen|den|de|dom|mannen|kvinnan|killen|tjejen|personen|he|she)\s(?:\w+\s)?"
    r"(?:heter|hette|kallas|is called)\b",
    re.IGNORECASE,
)
THING = re.compile(  # a suspected thing: only a clear name makes it a person
    r"\b(?:misstänk\w*|suspected)\W+(?:(?!för\b)\w+\W+){0,2}?(?:\w*bluff\w*|\w*sms\b|\w*samtal\w*|mejl\w*|mail\w*|brev\w*|länk\w*"
    r"|paket\w*|\w*bedräg\w*|\w*fiske|phishing|qr\w*|webb\w*|sid[ao]\w*|föremål\w*|\w*inbrott\w*|\w*stöld\w*|skadegör\w*"
    r"|\w*brand\w*|\w*bil(?:en|ar|arna)?\b|fordon\w*|försälj\w*|annons\w*|app(?:en|ar)?\b|aktivitet\w*|scam\w*|calls?"
    r"|fraud|burglar\w*|email\w*|messages?|texts?)",
    re.IGNORECASE,
)
FAULT = re.compile(  # a leak or a fault of the house is suspected, not somebody
    r"\b(?:misstänk\w*|suspected)\W+(?:att\W+det\W+)?(?:\w+\W+){0,2}?(?:\w*läck(?:a|an|age\w*|er)\b|fukt\w*|mögel\w*|\w*skad(?:a|an|or)\b"
    r"|skadedjur|ohyra|vägglöss|råttor|\w*fel\b|\w*stopp\b|kortslut\w*|legionella\w*|asbest|radon|leak\w*|mould)",
    re.IGNORECASE,
)
SURNAME = re.compile(r"\w{2,}(?:sson|ström|qvist|kvist|gren|lund|blad|stedt|ović|ovic|wić|wicz|ski|ska)s?\Z")
NO_NAME = re.compile(  # begins a sentence, and does something: "Tjuvarna stal", "Vem snodde"
    r"\w*(?:ar|or|er|are|en|et|na|n|t|e|s|ka|ga|ta|da)|\w{1,2}|folk|alla|många|barn|vem|som|snälla|ungdom|någo\w+|andra|inga|they|who|people"
    r"|someone|kids|you|\w*tjuv|\w*liga|\w*gäng",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
SENTENCE_END = re.compile(r"(?<!\b[A-ZÅÄÖ])[.!?…]+(?=[\s\"”')]|\Z)|\n+")
CLAUSE_BEGINS = re.compile(r"[:\-–—(\"”'•*]\s*\Z")
BROKEN_LINE = re.compile(r"(?<![.!?:\s])[^\S\n]*\n(?=[a-zåäö])")  # a sentence that goes on in the next line
SAID_SHORT = re.compile(r"(?<=\s)[eéä](?=\s)")  # "hon e en tjuv"
NEAR = 60  # characters before a word that may say whether it begins a clause
PLAINLY_SAID = re.compile(r"\bmis{1,2}t?[äae]nk\w*(?:\W+(?:är|person\w*|mot))?\W*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """A word of a sentence, and what it may be by its letters."""

    text: str
    begin: int
    end: int

    @cached_property
    def plain(self) -> str:
        """The word in small letters, without the s of a genitive if that makes it a first name."""
        small = self.text.casefold()
        return small if small in words("first_names") else re.sub(r"['’]?s\Z", "", small)

    @property
    def is_capital(self) -> bool:
        """True if it begins with a capital letter."""
        return self.text[0].isupper()

    @property
    def is_first_name(self) -> bool:
        """True if it is a known first name, or two joined by a hyphen."""
        return all(part in words("first_names") for part in self.plain.split("-"))

    @property
    def is_other_word(self) -> bool:
        """True if a first name is another word too: "Bo", "Saga"."""
        return bool({self.plain, self.text.casefold()} & words("also_words"))

    @property
    def is_no_person(self) -> bool:
        """True if it is a firm, a place, an abbreviation, or itself a word of suspicion."""
        small = self.text.casefold()
        is_short = self.text.isupper() and 1 < len(self.text) <= 5
        is_listed = bool({small, small.removesuffix("s"), small.split("-")[0]} & words("no_people"))
        is_listed = is_listed or any(small in words(name) for name in ("contacts", "roles", "prepositions"))
        return is_short or is_listed or bool(IS_PLACE.search(small) or SUSPECT.match(self.text))


def suspects_in(text: str) -> list[str]:
    """Return the names of people who are called suspects, and wordings that point at somebody, as written."""
    plain = re.sub(r":\s*\n", ": ", read_mixed_as_latin(unicodedata.normalize("NFKC", text)))
    plain = SAID_SHORT.sub("är", BROKEN_LINE.sub(" ", plain))
    found: list[str] = []
    before = ""
    for sentence in filter(str.strip, filter(None, SENTENCE_END.split(plain))):
        found += _suspects_of(sentence) or [*Sentence(sentence).culprits(), *residents_in(sentence)]
        found += blamed_in(sentence) + told_in(sentence) + _gone_on(before, sentence)
        before = sentence
    return list(dict.fromkeys(found))


def _gone_on(before: str, sentence: str) -> list[str]:
    """Return whom a sentence names, or where, of whom the one before has told: "Tjuvar! Han heter Kalle"."""
    found: list[str] = []
    is_suspect, is_culprit = SUSPECT.search(before), CULPRIT.search(before)
    if (is_suspect and NAMED.search(sentence)) or (is_culprit and CALLED.search(sentence)):
        found += Sentence(sentence).people(is_strict=True)
    if is_suspect or is_culprit:
        found += [each[0] for each in FOUND.finditer(sentence)]
    if goes_on(sentence):
        found += Sentence(before).people(is_strict=True) + [each[0] for each in POINTER.finditer(before)]
    return found


def _suspects_of(sentence: str) -> list[str]:
    said, active = SUSPECT.search(sentence), ACTIVE.search(sentence)
    if said and FAULT.search(sentence):
        return []
    if said:
        is_thing = THING.search(sentence) is not None or said[0].lower().startswith("suspect")
        blamed = sentence[active.start() :] if active else sentence
        people = Sentence(blamed).people(is_strict=is_thing)
        pointer = None if is_thing else POINTER.search(blamed)
        return people or ([pointer[0]] if pointer else [])
    if ACCUSED.search(sentence):
        return Sentence(sentence).people(is_strict=True)
    return [name for culprit in CULPRIT.finditer(sentence) for name in _linked(culprit, sentence)]


def _linked(culprit: re.Match[str], sentence: str) -> Iterator[str]:
    """Yield names that a few words near a culprit link to it: "Tjuven heter Kalle"."""
    begin = max(0, culprit.start() - NEAR)
    near = sentence[begin : culprit.end() + NEAR]
    start, end = culprit.start() - begin, culprit.end() - begin
    for name in Sentence(near).people(is_strict=True):
        place = near.find(name)
        between = near[min(place + len(name), end) : max(place, start)]
        if LINKED.search(between) and len(between.split()) <= 6:
            yield name


class Sentence:
    """The words of a sentence, among which names of people are looked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [Word(found[0], found.start(), found.end()) for found in WORD.finditer(text)]

    def people(self, *, is_strict: bool) -> list[str]:
        """Return the names. A strict search finds known first names and pairs of names only."""
        found: list[str] = []
        passed = -2  # the place of the last firm, place or contact
        for place, word in enumerate(self.words):
            if self._is_contact(place) or (not word.is_first_name and self._is_in_place(place, passed)):
                passed = place if word.is_capital else passed
            elif self._is_person(place, is_strict=is_strict):
                found.append(word.text)
        return found

    def culprits(self) -> Iterator[str]:
        """Yield the names of people of whom a crime is told."""
        for place, word in enumerate(self.words if TOLD.search(self.text) else []):
            if self._is_name_of_somebody(place) and did_it(self.text, word.begin, word.end):
                yield word.text

    def _is_name_of_somebody(self, place: int) -> bool:
        word = self.words[place]
        is_name = (
            self._is_person(place, is_strict=True) or is_arabic_name(word.text) or self._is_likely(place)
        )
        return is_name or (self._may_begin(place) and does_at_once(self.text, word.end))

    def _before(self, place: int) -> list[str]:
        return [word.text.casefold() for word in self.words[max(0, place - 5) : place]]

    def _is_contact(self, place: int) -> bool:
        """Return True if the words before lead to somebody to contact: "hör av dig till Amina"."""
        before = self._before(place)
        if before and before[-1] in words("roles"):
            return not SUSPECT.search(self.text[: self.words[place].begin])
        for word in reversed(before):
            if word not in words("between_contacts"):
                return word in words("contacts")
        return False

    def _is_in_place(self, place: int, passed: int) -> bool:
        """Return True for "från Telia", and for what goes on after it: "Stora Torget", "Telia och Nordea"."""
        before = self._before(place)
        if not before or not self.words[place].is_capital:
            return False
        listed = passed == place - 2 and before[-1] in {"och", "eller", "and", "or"}
        goes_on = passed == place - 1 and not self._gap(passed).strip(" ,&/")
        return before[-1] in words("prepositions") or listed or goes_on

    def _gap(self, place: int) -> str:
        """Return what stands between a word and the next one."""
        return self.text[self.words[place].end : self.words[place + 1].begin]

    def _is_person(self, place: int, *, is_strict: bool) -> bool:
        word = self.words[place]
        before = self.text[max(0, word.begin - NEAR) : word.begin]
        begins = not before.strip() or (CLAUSE_BEGINS.search(before) and not PLAINLY_SAID.search(before))
        if word.is_first_name:
            is_name = word.is_capital and (not word.is_other_word or self._is_paired(place) or not begins)
            return is_name or (not word.is_other_word and self._is_plainly_said(word, before))
        if not word.is_capital or word.is_no_person:
            return False
        if SURNAME.fullmatch(word.text.casefold()):
            return not (is_strict and begins)
        return self._is_paired(place) if is_strict or begins else True

    def _may_begin(self, place: int) -> bool:
        """Return True for a name that may be another word, or is unknown, but no plural or definite noun."""
        word = self.words[place]
        is_new = place == 0 and not word.is_no_person and not NO_NAME.fullmatch(word.text)
        return word.is_capital and (word.is_first_name or is_new)

    def _is_likely(self, place: int) -> bool:
        """Return True for a word that begins with a capital within a sentence as names do."""
        word = self.words[place]
        is_let_in = word.begin > 4 and self.text[: word.begin].endswith(" in ")  # "släpp inte in Ramin"
        is_elsewhere = word.text.isupper() or (not is_let_in and self._is_in_place(place, -2))
        return not is_elsewhere and self._is_person(place, is_strict=False)

    def _is_paired(self, place: int) -> bool:
        """Return True if another capitalised word follows at once: "Zoran Petrović"."""
        if place + 1 == len(self.words) or self._gap(place).strip(" "):
            return False
        return self.words[place + 1].is_capital and not self.words[place + 1].is_no_person

    def _is_plainly_said(self, word: Word, before: str) -> bool:
        """Return True for a name in small letters at the beginning, or after "misstänkt: "."""
        return len(word.text) > 3 and bool(not before.strip() or PLAINLY_SAID.search(before))
