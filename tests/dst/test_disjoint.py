"""Whose words are whose, where two slots hear something in the same ones."""

import pytest

from agent.dst.disjoint import SlotCandidate, best_disjoint
from agent.nlu.candidates import Candidate


def heard(slot: str, start: int, end: int, confidence: float, *, asked: bool = False, whole: bool = True) -> SlotCandidate:
    return SlotCandidate(slot, Candidate(value=f"{start}-{end}", rule="test", span=(start, end), confidence=confidence, whole=whole), asked)


ADDRESS, NUMBER = heard("address", 0, 26, 0.95), heard("phone", 21, 39, 0.85, asked=True)
"""An address and, run on into its postcode, a number."""


@pytest.mark.parametrize(
    ("candidates", "taken"),
    [
        ([], []),
        ([heard("name", 0, 4, 0.5), heard("time", 5, 9, 0.5)], ["name 0-4", "time 5-9"]),
        ([ADDRESS, NUMBER], ["address 0-26"]),
        ([NUMBER, ADDRESS, heard("address", 0, 20, 0.95), heard("phone", 27, 39, 0.85, asked=True)], ["address 0-26", "phone 27-39"]),
        ([heard("email", 0, 20, 0.9), heard("name", 0, 8, 0.7), heard("service", 9, 20, 0.7)], ["email 0-20"]),
        ([heard("email", 0, 20, 0.9), heard("name", 0, 8, 0.9), heard("service", 9, 20, 0.9)], ["name 0-8", "service 9-20"]),
        ([heard("email", 0, 5, 0.7, asked=True), heard("name", 0, 5, 0.7)], ["email 0-5"]),
        ([heard("phone", 7, 30, 0.8, asked=True, whole=False), heard("time", 17, 60, 0.83)], ["time 17-60"]),
        ([heard("email", 0, 5, 0.5, asked=True), heard("name", 0, 5, 0.95)], ["name 0-5"]),
    ],
)
def test_what_is_likeliest_together_is_taken(candidates: list[SlotCandidate], taken: list[str]) -> None:
    assert sorted(f"{one.slot} {one.candidate.value}" for one in best_disjoint(candidates)) == taken


def test_every_choice_is_looked_through_at_little_cost() -> None:
    every = [heard(slot, start, start + 3, 0.8) for slot in ("a", "b", "c", "d", "e", "f") for start in (0, 2, 4)]
    assert len(best_disjoint(every)) == 2
