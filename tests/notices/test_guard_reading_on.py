"""Checks that the guard reads on: from a heading to its text, and from one sentence to the next."""

from __future__ import annotations

import pytest

from tests.cast import Scene
from tests.notices.test_guard import NOTICE, PRESS, SUSPECT
from tests.page_client import PageClient
from watch.guard import suspects_in


def test_a_heading_and_the_text_below_are_read_together(client: PageClient, scene: Scene) -> None:
    address = f"/groups/{scene.group.id}/notices/preview"
    split = NOTICE | {"title": "Knarklangare i huset", "body": "Han heter Ahmed och bor på plan 4."}
    stopped = client.post(address, split, as_=scene.amina)
    assert (stopped.status, stopped.errors[0][: len(SUSPECT)]) == (422, SUSPECT)
    assert stopped.press(PRESS).status == 200
    assert client.post(address, split | {"title": "Ny granne"}, as_=scene.amina).status == 200


@pytest.mark.parametrize(
    "text",
    [
        "Jag träffade Micke i hissen. Han snodde min cykel i maj.",
        "Micke bor på tredje våningen. Han säljer knark i trappan!",
        "Say hello to Kevin. He stole my bike.",
        "Amina flyttade in i juni. Och hon hotade vaktmästaren.",
        "Xasan waa deriskayga. Isagu waa tuug.",
    ],
)
def test_a_deed_in_the_next_sentence_is_that_of_whom_the_first_names(text: str) -> None:
    assert suspects_in(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "Tack Micke för hjälpen. Någon snodde min cykel i maj.",
        "Micke såg det. Han såg att någon stal en cykel.",
        "Hälsa på Micke. Han blev bestulen i maj.",
        "Micke var på träffen. Han lurades av ett sms.",
        "Träffa Amina på gården. Hon berättar hur man känner igen den som lurar.",
        "Lisa hotades i tvättstugan. Hon mår bra nu.",
        "Micke är ny här. Hon som bor i porten är snäll.",
        "En man gick förbi. Han snodde en cykel.",
    ],
)
def test_a_next_sentence_about_others_or_of_a_victim_passes(text: str) -> None:
    assert suspects_in(text) == []
