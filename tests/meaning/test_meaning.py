"""Services heard by nearness of meaning: when they are asked about, what is left alone, and the table of vectors itself."""

from datetime import datetime

import pytest

from agent.languages import known
from agent.languages.vectors import cosine, vectors
from agent.nlu.candidates import Candidate, Context, OpenQuestion
from agent.nlu.effort import MOST, effort, limited
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots.service import SERVICE
from tests.meaning.measuring import NAMED, Row, counted, heard, table, tuned_on

LIBRARY = tuple(Service(id=name, name=name) for name in ("book repair", "reading group", "room hire", "lost property", "printing and copying"))


def context(services: tuple[Service, ...] = LIBRARY) -> Context:
    return Context(now=datetime(2026, 3, 2, 9), question=OpenQuestion.ASK, asked=frozenset({SERVICE.name}), services=services)


def guessed(say: str, before: Candidate | None = None, services: tuple[Service, ...] = LIBRARY) -> Candidate | None:
    assert SERVICE.guess is not None
    return SERVICE.guess(Utterance(say), context(services), before)


def row(say: str, services: tuple[Service, ...] = LIBRARY) -> Row:
    return Row("library", say, services, "en-GB", None)


def test_what_is_only_described_is_asked_about_the_likeliest_first() -> None:
    asked = heard(row("the spine has come off my novel and pages are falling out")).asked
    assert (asked[0], len(asked)) == ("book repair", NAMED)


def test_what_the_rules_are_sure_of_stays() -> None:
    plain = Candidate(value="room hire", rule="words", confidence=0.95)
    assert guessed("the pages are falling out of my novel", plain) is plain


def test_what_the_rules_are_unsure_of_is_asked_about_beside_the_nearer() -> None:
    found = guessed("the pages are falling out of my novel", Candidate(value="room hire", rule="words", confidence=0.6))
    assert found is not None
    assert found.options == ("book repair", "room hire")
    assert found.confidence < SERVICE.grounding.unsure


@pytest.mark.parametrize("say", ["it's not the lost property, i left nothing here", "i don't want a book repair, the pages of my novel are fine"])
def test_what_is_taken_back_is_not_offered(say: str) -> None:
    found = guessed(say)
    assert found is None or {"lost property", "book repair"}.isdisjoint((found.value, *found.options))


@pytest.mark.parametrize(
    "say", ["", "hm", "hold on a second", "could you say that again", "what was that", "no", "thanks", "who am i speaking to", "xyzzy plugh"]
)
def test_talk_is_no_description(say: str) -> None:
    assert heard(row(say)).kind(None) == "let be"


def test_the_business_s_subject_chooses_nothing() -> None:
    groomer = tuple(Service(id=name, name=name) for name in ("Dog grooming", "Nail trim", "Teeth brushing"))
    assert guessed("it's for my dog", services=groomer) is None


def test_another_language_is_left_to_the_rules() -> None:
    assert guessed("我的伞丢了") is None


def test_a_long_story_about_many_services_costs_no_turn() -> None:
    many = tuple(Service(id=str(at), name=f"{first} {second}", words=[f"{second} {first}"]) for at, (first, second) in enumerate(
        (one, other) for one in ("garden", "roof", "window", "door", "carpet") for other in ("repair", "painting", "survey", "hire", "advice")
    ) for _ in range(8))  # fmt: skip
    with limited():
        guessed("and the thing is, " * 30, services=many)
        assert effort.left > MOST // 2


def test_vectors_are_read_as_they_were_written() -> None:
    found = vectors("en")
    assert found is not None
    assert len(found.rows) == len(found.scales)
    assert len(found.numbers) == len(found.rows) * found.dimensions
    one, same, other = (found.sum(words) for words in (["umbrella", "lost"], ["lost", "umbrella"], ["invoice"]))
    assert one is not None
    assert same is not None
    assert other is not None
    assert cosine(one, same) == pytest.approx(1.0)
    assert cosine(one, other) < 0.5
    assert found.sum(["xyzzy"]) is None
    assert [language for language in known() if vectors(language)] == ["en"]


def test_what_was_tuned_stays_as_good() -> None:
    found = {name: counted(rows) for name, rows in tuned_on().items()}
    meant = {name: sum(one.want is not None for one in rows) for name, rows in tuned_on().items()}
    for name, least in (("tune", 0.60), ("recorded", 0.95)):
        assert (found[name]["right"] + found[name]["asked right"]) / meant[name] >= least, table(tuned_on())
        assert found[name]["wrong"] / meant[name] <= 0.04, table(tuned_on())
        assert found[name]["answered"] == 0, table(tuned_on())
