"""Checks that a name in any script is printed on every paper, and that no paper fails for a letter."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import typst
from sqlalchemy import select

from tests.cast import Scene
from tests.factories import make_meeting
from tests.page_client import PageClient
from tests.pages_of_paper import pages_of, words_on
from watch import paper
from watch.extensions import db
from watch.models import Language, Membership

NAMES = {
    "Latin": "Łukasz Čapek-Ştefănescu", "Vietnamese": "Nguyễn Thị Ạnh", "African": "Ọlúwaṣeun Ŋme",
    "Greek": "Γιώργος Ἀθηναῖος", "Cyrillic": "Олексій Їжак", "Armenian": "Արամ", "Georgian": "ნინო",
    "Hebrew": "שרה כהן", "Arabic": "محمد بن سلمان", "Persian": "علی\u200cرضا", "Urdu": "ٹیپو",
    "Kurdish": "ھێمن", "Syriac": "ܝܘܚܢܢ", "Thaana": "އަހުމަދު",
    "Devanagari": "लक्ष्मी", "Bengali": "রহিম", "Gurmukhi": "ਹਰਪ੍ਰੀਤ", "Gujarati": "પટેલ", "Tamil": "முத்து",
    "Telugu": "శ్రీనివాస్", "Kannada": "ಶ್ರೀನಿವಾಸ", "Malayalam": "ലക്ഷ്മി", "Sinhala": "ක\u0dca\u200dෂමා",
    "Thai": "ณัฐพล", "Lao": "ສົມພອນ", "Khmer": "សុខា", "Myanmar": "အောင်", "Tibetan": "བསྟན་འཛིན",
    "Ethiopic": "ሰላም ዳዊት", "Chinese": "李小龍", "simplified Chinese": "刘镕",
    "Japanese": "佐々木 ひろし カナ",
    "Korean": "김민준", "mixed": "Åsa 李 علي", "with marks": "A\u0301\u0323b\u0327",
}  # fmt: skip
IN_ORDER = ("Latin", "African", "Greek", "Cyrillic", "Armenian", "Georgian", "Ethiopic",
            "Chinese", "simplified Chinese", "Japanese", "Korean", "Thai")  # fmt: skip
NO_FONT = {"an emoji": "Anna 🌻", "a family": "Bo 👨\u200d👩\u200d👧", "a rare ideograph": "王 𠀀",
           "N'Ko": "ߒߞߏ", "a mark alone": "A\u20dd", "not yet a letter": "A\u0378",
           "private": "A\ue000"}  # fmt: skip


def membership_of_elsa(scene: Scene, name: str, language: Language = Language.SWEDISH) -> Membership:
    scene.elsa.name, scene.elsa.language = name, language
    db.session.flush()
    return db.session.scalars(select(Membership).where(Membership.person == scene.elsa)).one()


def receipt(client: PageClient, scene: Scene, membership: Membership) -> list[str]:
    answer = client.get(f"/memberships/{membership.id}/receipt", as_=scene.bengt).response
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return [" ".join(words_on(page).split()) for page in pages_of(answer.data)]


def test_a_receipt_holds_the_name_in_its_script(client: PageClient, scene: Scene) -> None:
    for script, name in NAMES.items():
        papers = receipt(client, scene, membership_of_elsa(scene, name, Language.ARABIC))
        assert [paper.NO_LETTER in words for words in papers] == [False, False], script
        assert name in papers[1] or script not in IN_ORDER


def test_a_letter_that_no_font_has_is_a_square_beside_the_flat(client: PageClient, scene: Scene) -> None:
    for what, name in NO_FONT.items():
        (words,) = receipt(client, scene, membership_of_elsa(scene, name))
        assert paper.NO_LETTER in words or what == "a mark alone"
        assert name[0] in words or what == "N'Ko"
        assert "Våglängdsgatan 3, 1001" in words


def test_every_paper_is_printed_whatever_the_names_are(client: PageClient, scene: Scene) -> None:
    """Papers that a browser prints are pages; a PDF that names nobody must not care."""
    make_meeting(scene.group, by=scene.amina)
    for name in (*NAMES.values(), *NO_FONT.values()):
        flat = membership_of_elsa(scene, name).household.flat
        scene.farah.name = scene.carin.name = name
        for address in (f"/groups/{scene.group.id}/members", f"/flats/{flat.id}"):
            assert name in client.get(address, as_=scene.bengt).text
        for place in ("house", "knock", "meetings", "letters", "posters.pdf"):
            assert client.get(f"/groups/{scene.group.id}/{place}", as_=scene.amina).status == 200


def test_every_letter_said_to_be_printable_is() -> None:
    """A font of the system, or of typst itself, must not stand in: the papers would differ by machine."""
    page = b'#set document(title: "x")\n#set text(font: sys.inputs.font, fallback: false)\n#sys.inputs.text'
    covered: dict[str, list[list[int]]] = json.loads(Path(paper.FONTS / "letters.json").read_bytes())
    assert set(paper.FIRST_FONTS) < set(covered)
    for family, ranges in covered.items():
        letters = [chr(code) for first, last in ranges for code in range(first, last + 1)]
        text = "".join(each for each in letters if paper.printable(each, [family]) == each)
        assert len(text) > 30
        typst.compile(
            page, font_paths=[paper.FONTS], ignore_system_fonts=True, format="pdf", pdf_standards="ua-1",
            sys_inputs={"font": family, "text": text},
        )  # fmt: skip


def test_what_cannot_be_drawn_is_drawn_plainly_and_no_name_gets_into_a_log(
    client: PageClient, scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    draw, refused = paper._drawn, []

    def fails_at_first(layout: str, facts: Any, **how: Any) -> bytes:
        if len(refused) < how.pop("times", times):
            refused.append(layout)
            raise typst.TypstError(f"could not display {facts}")
        return draw(layout, facts, **how)

    monkeypatch.setattr(paper, "_drawn", fails_at_first)
    membership, times = membership_of_elsa(scene, "Ольга"), 1
    (words,) = receipt(client, scene, membership)
    assert (paper.NO_LETTER * 5 in words, "Ольга" in words) == (True, False)

    refused.clear()
    times = 2
    with caplog.at_level(logging.DEBUG), pytest.raises(paper.CannotPrint) as failed:
        paper.pdf("receipt", {"name": "Ольга"})
    assert failed.value.__suppress_context__
    assert "Ольга" not in caplog.text


def test_letters_are_replaced_only_where_no_font_has_them() -> None:
    def shown(text: Any) -> Any:
        return paper.printable(text, [*paper._letters_of_fonts()])

    typed = {"title": "Å\u2013ö", "pages": [("Ян", 3, None, "\ufeffA\x01\n☃")], "qr": "<svg/>"}
    assert shown(typed) == {"title": "Å\u2013ö", "pages": [["Ян", 3, None, "A\n□"]], "qr": "<svg/>"}
    assert shown("") == ""
    assert shown("\u0301a") == "\u0301a"
    assert shown("ด\u20dd") == "ด"
