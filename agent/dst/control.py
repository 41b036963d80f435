"""What steers the whole call, whatever question is open: an emergency, the wish for a person, the end of it, another language."""

from collections.abc import Sequence

from agent.dst.hearing import Hearing
from agent.dst.replies import CONFIRMING
from agent.nlu import set_phrases
from agent.nlu.acts import ActKind
from agent.nlu.utterance import Utterance
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, UserAct

STEERING = (Act.EMERGENCY, Act.HANDOFF, Act.CANCEL, Act.START_OVER, Act.GO_BACK, Act.GOODBYE)
"""The first one heard wins."""
_BESIDE_AN_ANSWER = frozenset({Act.GOODBYE, Act.GO_BACK, Act.CANCEL})
"""Those that steer nothing where the question was answered too."""
_SENTENCE = 3
"""Latin words from which an utterance is a sentence."""


def control(hearing: Hearing, informs: Sequence[Inform]) -> DialogueAct | None:
    """The act that turns the whole call, or None. `informs`: the values that were told beside it."""
    if set_phrases.urgent(hearing.utterance, hearing.business):
        return DialogueAct(act=Act.EMERGENCY)
    asked_yes = hearing.question.kind in CONFIRMING or caller_id.offered(hearing.call)
    answered = bool(informs) or (asked_yes and Act.AFFIRM in hearing.acts)
    act = next((act for act in STEERING if _steers(act, hearing)), None)
    return DialogueAct(act=act) if act and not (answered and act in _BESIDE_AN_ANSWER) else None


def _steers(act: Act, hearing: Hearing) -> bool:
    """Whether the act turns the whole call; "that's all" ends none in which something is still to be asked, only a farewell does."""
    candidate = hearing.acts.get(act)
    if act is Act.CANCEL and hearing.question.kind == "change":  # "never mind": nothing is to be changed after all
        return False
    return candidate is not None and not (act is Act.GOODBYE and candidate.kind is ActKind.ALL_DONE)


def speaks(utterance: Utterance, language: str) -> str:
    """The language the call goes on in: a sentence of Latin words changes a Mandarin call to English, fewer may be a name."""
    latin = [token for token in utterance.tokens if token.is_word and len(token.norm) > 1]
    return utterance.language(language) if utterance.has_han or (len(latin) >= _SENTENCE and "@" not in utterance.text) else language


def switched(utterance: Utterance, language: str) -> Sequence[UserAct]:
    """A change of language that simply happened; `language`: the call's so far."""
    spoken = speaks(utterance, language)
    return [DialogueAct(act=Act.LANGUAGE, detail=spoken)] if spoken != language else []


def language_act(hearing: Hearing, informs: Sequence[Inform]) -> Sequence[UserAct]:
    """A change of language, asked for or simply done."""
    if (asked := hearing.acts.get(Act.LANGUAGE)) and asked.detail:
        return [DialogueAct(act=Act.LANGUAGE, detail=asked.detail, kind=DialogueActKind.ASKED_FOR)]
    if hearing.utterance.has_han:
        return switched(hearing.utterance, hearing.call.language)
    beside = hearing.utterance.text
    for told in informs:  # a name or an e-mail address in Latin letters is no English
        beside = beside.replace(told.words, " ")
    return switched(Utterance(beside), hearing.call.language)
