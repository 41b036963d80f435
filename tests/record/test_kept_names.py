"""What was stored before the code took the field's words for things is still read: its names in JSON have not changed."""

import msgspec
import pytest

from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoInput, NoMatch, SystemAct, ValueKind
from agent.record.call import OpenTurn
from agent.record.trace import TracedTurn

TAKEN = (
    b'[{"type":"Inform","slot":"phone","value":"+12025550143","rule":"digits","words":"two oh two","whole":true,"options":[],"patch":false,'
    b'"against":false,"asked":true,"sure":0.95,"evidence":["+12025550143"]},'
    b'{"type":"Did","act":"affirm","slots":["phone"],"detail":""},{"type":"NoMatch","long":false},{"type":"NoInput"}]'
)
NOTICES = b'[{"key":"notice.noted","slot":"phone","values":{"value":"two oh two"}}]'
ACTS = (
    Inform(slot="phone", value="+12025550143", rule="digits", words="two oh two", confidence=0.95, evidence=("+12025550143",)),
    DialogueAct(act=Act.AFFIRM, slots=("phone",)),
    NoMatch(),
    NoInput(),
)


def test_an_open_turn_is_read_and_written_as_before() -> None:
    kept = b'{"turn":{"key":"1"},"taken":%b,"todo":%b,"notices":%b}' % (TAKEN, TAKEN, NOTICES)
    found = msgspec.json.decode(kept, type=OpenTurn)
    assert (found.user_acts, found.todo) == (ACTS, ACTS)
    assert found.system_acts == (SystemAct(key="notice.noted", slot="phone", values={"value": "two oh two"}),)
    written = msgspec.json.decode(msgspec.json.encode(found))
    assert [written[key] for key in ("taken", "todo", "notices")] == [msgspec.json.decode(one) for one in (TAKEN, TAKEN, NOTICES)]


def test_a_trace_is_read_and_written_as_before() -> None:
    found = msgspec.json.decode(b'{"at":"2026-03-02T14:00:00.000Z","turn":{"key":"1"},"taken":%b,"notices":%b}' % (TAKEN, NOTICES), type=TracedTurn)
    assert found.user_acts == ACTS
    written = msgspec.json.decode(msgspec.json.encode(found))
    assert [written[key] for key in ("taken", "notices")] == [msgspec.json.decode(one) for one in (TAKEN, NOTICES)]


@pytest.mark.parametrize(
    ("kept", "act"),
    [
        (b'"act":"language","slots":["asked"],"detail":"zh"', DialogueAct(act=Act.LANGUAGE, kind=DialogueActKind.ASKED_FOR, detail="zh")),
        (b'"act":"help","slots":["both"],"detail":""', DialogueAct(act=Act.HELP, kind=DialogueActKind.BOTH)),
        (b'"act":"correction","slots":["name"],"detail":"restore"', DialogueAct(act=Act.CORRECTION, slots=("name",), kind=DialogueActKind.RESTORE)),
    ],
)
def test_an_act_kept_before_kinds_were_has_the_kind_that_stood_elsewhere(kept: bytes, act: DialogueAct) -> None:
    assert msgspec.json.decode(b'{"type":"Did",%b}' % kept, type=DialogueAct) == act
    assert msgspec.json.decode(msgspec.json.encode(act), type=DialogueAct) == act


def test_a_value_kept_before_kinds_were_has_the_kind_that_its_rule_says() -> None:
    kept = b'{"type":"Inform","slot":"time","value":"2026-03-06","rule":"soonest","words":"Friday"}'
    assert msgspec.json.decode(kept, type=Inform).kind is ValueKind.SOONEST
    assert msgspec.json.decode(kept.replace(b"soonest", b"day"), type=Inform).kind is msgspec.UNSET
