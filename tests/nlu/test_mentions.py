"""Which slot a caller speaks of, and in which words."""

import pytest

from agent.nlu.mentions import covering, mentions
from agent.nlu.utterance import Utterance

HELD = {"name": "Mary Baker , Mary Baker", "email": "mary.baker@mail.com , mary dot baker", "address": "14 Elm Row, Leeds , fourteen Elm Row, Leeds"}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("my surname is Barker, and the postcode should be LS6 3BN", [("name", "surname is Barker"), ("address", "postcode should be LS6 3BN")]),
        ("change the name to Ann Lee and the time to four", [("name", "name to Ann Lee"), ("time", "time to four")]),
        ("the zip's 07081", [("address", "zip's 07081")]),
        ("all right except the email", [("email", "email")]),
        ("my name is Tim and 4 o'clock would be better", [("name", "name is Tim")]),
        ("phone repair please", []),
        ("two oh two, that's it", []),
        ("邮箱改成li@qq.com", [("email", "邮箱改成li@qq.com")]),
        ("我的门牌号是76号", [("address", "门牌号是76号")]),
    ],
)
def test_mentions(said: str, found: list[tuple[str, str]]) -> None:
    whole = Utterance(said)
    assert [(mention.slot, whole.text[mention.start : mention.end]) for mention in mentions(whole, frozenset(), dict)] == found


def test_number_is_a_house_number_while_an_address_is_asked_for() -> None:
    utterance = Utterance("the number is 29")
    assert mentions(utterance, frozenset({"address"}), dict)[0].slot == "address"
    assert mentions(utterance, frozenset(), dict)[0].slot == "phone"


@pytest.mark.parametrize(
    ("said", "asked", "slot"),
    [
        ("it's Barker, not Baker", "", "name"),
        ("it's Barker, not Baker", "email", "email"),
        ("York not Leeds", "", "address"),
        ("sixteen not fourteen", "", "address"),
        ("not now, thanks", "", ""),
        ("it's a boiler, not a tap", "", ""),
    ],
)
def test_a_denial_names_the_slot_that_holds_what_is_denied(said: str, asked: str, slot: str) -> None:
    found = mentions(Utterance(said), frozenset({asked}), lambda: HELD)
    assert [(mention.slot, mention.denial, mention.amends) for mention in found] == ([(slot, True, True)] if slot else [])


@pytest.mark.parametrize(
    ("said", "amends"),
    [
        ("the postcode should be LS6", True),
        ("my name is wrong", True),
        ("everything but the address", True),
        ("my name is Ann", False),
        ("the address is fine", False),
        ("名字不对", True),
    ],
)
def test_what_is_to_be_changed(said: str, amends: bool) -> None:
    assert [mention.amends for mention in mentions(Utterance(said), frozenset(), dict)] == [amends]


def test_a_mention_covers_the_few_words_behind_what_was_heard_under_it() -> None:
    utterance = Utterance("my name is Guy Friday, and I need a plumber")
    (mention,) = mentions(utterance, frozenset(), dict)
    whole = covering(utterance, mention, (0, utterance.text.index(" Friday")))
    assert utterance.text[whole.start : whole.end] == "my name is Guy Friday"
