"""What goes where, and what is called what. Modules and symbols by their names before."""

PATCHES = (
    # (module, exact text, what it becomes): the one place where a table of one floor called a function of a higher one
    ("agent.dialogue", "    Act.DONT_CARE: _dont_care,\n", ""),
    ("agent.dialogue", "_DO.get(taken.act, asides.aside)(", "{Act.DONT_CARE: _dont_care, **_DO}.get(taken.act, asides.aside)("),
)

CARVED = (
    # (module, names, the module they go to, its docstring when it is new, whether they stand before what is there)
    ("agent.acts", ["Act"], "agent.taken", "", True),
    ("agent.scene", ["Outcome"], "agent.outcomes", "", True),
    ("agent.hearing", ["Slot"], "agent.slots.descriptor", "What a slot says of itself: how it is extracted, validated and presented.", False),
    ("agent.caller_id", ["normalise"], "agent.slots.phone.numbering", "", False),
    ("agent.understanding", ["_inform", "_keyed", "KEYS"], "agent.dst.informing", "A slot's reading as a user act: of words, or of keys pressed.", False),
    ("agent.asides", ["BOTH"], "agent.replies", "", True),
    (
        "agent.dialogue",
        ["take", "next_question", "_is_reopened", "_dont_care"],
        "agent.policy.next_act",
        "What is done with one act of the caller's, and what is asked next.\n\nWhen no act is left, `next_question` reads off the record what is open: a value to confirm, a choice to make, the first slot not\nsettled, the summary, or nothing. Nothing else decides what we ask, so the same record always asks the same thing.\n",
        False,
    ),
)

ROOMS = {
    "agent.record": "The call as it stands, and what stands beside it: the business, its calendar, events, acts, reasons, the CallSkeleton.",
    "agent.nlu": "An utterance in, readings of it out: tokens, dialogue acts, mentions, disfluency, and what several slots share.",
    "agent.nlu.numerals": "Spoken numbers: digits, quantities and ordinals.",
    "agent.nlu.spelling": "Spelled letters: heard, and spoken back.",
    "agent.dst": "The dialogue state and how it is tracked: what an utterance means in the middle of this call, and what each act does to it.",
    "agent.policy": "What is done next: the next question, digressions, a call that is resumed, how the telephone listens.",
    "agent.nlg": "From system acts to sentences.",
    "tests.nlu": "", "tests.slots": "", "tests.dst": "", "tests.record": "", "tests.nlg": "",
}  # fmt: skip

MOVES = {
    # record
    **{f"agent.{one}": f"agent.record.{one}" for one in ("business", "businesses", "calendar", "call", "caller_id", "events", "progress", "reasons", "skeleton", "trace", "characters", "moments")},
    "agent.taken": "agent.record.acts",
    "agent.telling": "agent.record.call_events",
    "agent.scene": "agent.record.turn_context",
    "agent.slots.names": "agent.record.slot_names",
    # nlu
    "agent.text": "agent.nlu.utterance",
    "agent.hearing": "agent.nlu.candidates",
    "agent.acts": "agent.nlu.acts",
    "agent.acts.hearing": "agent.nlu.acts.recognition",
    "agent.labels": "agent.nlu.mentions",
    "agent.self_repair": "agent.nlu.disfluency",
    "agent.answers": "agent.nlu.set_phrases",
    "agent.languages.phrases": "agent.nlu.lexicon",
    "agent.languages.numbers": "agent.nlu.numerals.numbers",
    "agent.languages.number_words": "agent.nlu.numerals.words",
    "agent.languages.quantities": "agent.nlu.numerals.quantities",
    "agent.languages.letters": "agent.nlu.spelling.letters",
    "agent.languages.letter_words": "agent.nlu.spelling.words",
    "agent.languages.dates": "agent.nlu.dates",
    # slots
    "agent.speaking": "agent.slots.presenting",
    "agent.slots.address.say": "agent.slots.address.presenting",
    "agent.slots.email.reading": "agent.slots.email.presenting",
    "agent.slots.time.speech": "agent.slots.time.presenting",
    "agent.slots.address.checking": "agent.slots.address.validating",
    "agent.slots.address.repair": "agent.slots.address.edits",
    "agent.slots.address.zh_mending": "agent.slots.address.zh_edits",
    "agent.slots.email.mending": "agent.slots.email.edits",
    "agent.slots.name.mending": "agent.slots.name.edits",
    "agent.slots.name.contrast": "agent.slots.name.replacing",
    "agent.slots.phone.mending": "agent.slots.phone.edits",
    # dst
    "agent.understanding": "agent.dst.understanding",
    "agent.replies": "agent.dst.replies",
    "agent.choosing": "agent.dst.choosing",
    "agent.claims": "agent.dst.assignment",
    "agent.contexts": "agent.dst.contexts",
    "agent.ears": "agent.dst.extraction",
    "agent.own_meaning": "agent.dst.acts_in_context",
    "agent.dialogue": "agent.dst.tracker",
    "agent.values": "agent.dst.values",
    "agent.outcomes": "agent.dst.updates",
    # policy
    "agent.asides": "agent.policy.digressions",
    "agent.pricing": "agent.policy.pricing",
    "agent.resuming": "agent.policy.resuming",
    "agent.listening_plan": "agent.policy.listening",
    # nlg
    "agent.wording": "agent.nlg.generate",
    "agent.speech": "agent.nlg.speech",
    "agent.summary": "agent.nlg.summary",
    # tests
    "agent.measure": "tests.measure",
    "tests.agent.counting": "tests.counting",
    "tests.agent.test_acts": "tests.nlu.test_acts",
    "tests.agent.test_answers": "tests.nlu.test_set_phrases",
    "tests.agent.test_labels": "tests.nlu.test_mentions",
    "tests.agent.test_letters": "tests.nlu.test_spelling",
    "tests.agent.test_numbers": "tests.nlu.test_numerals",
    "tests.agent.test_self_repair": "tests.nlu.test_disfluency",
    **{f"tests.agent.test_{one}": f"tests.slots.test_{one}" for one in ("address", "cases", "email", "name", "phone", "service", "service_heard", "time", "time_corrections")},
    "tests.agent.test_address_mending": "tests.slots.test_address_edits",
    "tests.agent.test_choosing": "tests.dst.test_choosing",
    "tests.agent.test_characters": "tests.record.test_characters",
    "tests.agent.test_moments": "tests.record.test_moments",
    "tests.agent.test_calendar": "tests.record.test_calendar",
    "tests.agent.test_summary": "tests.nlg.test_summary",
    "tests.agent.test_speech": "tests.nlg.test_speech",
}  # fmt: skip

STAY = {"agent", "agent.reader", "agent.slots", "agent.languages", "agent.regions"}
"""Modules and packages of agent/ that stay where they are; whatever else has no entry is reported."""

SYMBOLS = {
    # (module, name): new name
    ("agent.text", "Said"): "Utterance",
    ("agent.hearing", "Heard"): "Candidate",
    ("agent.acts", "HeardAct"): "ActCandidate",
    ("agent.acts.hearing", "hear_acts"): "recognise_acts",
    ("agent.taken", "Taken"): "UserAct",
    ("agent.taken", "Did"): "DialogueAct",
    ("agent.taken", "Notice"): "SystemAct",
    ("agent.scene", "Scene"): "TurnContext",
    ("agent.outcomes", "Outcome"): "Update",
    ("agent.outcomes", "missed"): "failed_attempt",
    ("agent.labels", "Label"): "Mention",
    ("agent.labels", "labels"): "mentions",
    ("agent.labels", "claimed"): "covering",
    ("agent.claims", "Claims"): "Assignment",
    ("agent.ears", "Ears"): "Extraction",
    ("agent.contexts", "listening"): "context_for",
    ("agent.own_meaning", "in_this_call"): "in_context",
    ("agent.policy.next_act", "take"): "apply",
    ("agent.dst.informing", "_inform"): "inform_of",
    ("agent.dst.informing", "_keyed"): "keyed_acts",
    ("agent.dialogue", "_DO"): "TRACKED",
    ("agent.dialogue", "_dont_know"): "dont_know",
    ("agent.dialogue", "_no_input"): "no_input",
    ("agent.dialogue", "_no_match"): "no_match",
    ("agent.asides", "aside"): "digress",
    ("agent.wording", "word"): "generate",
    ("agent.slots.phone.numbering", "normalise"): "callers_number",
}

AGENT, REST = ("agent/*",), ("graph/*", "tests/*", "bench/*", "api/*", "storage/*")
HOUSE = (*AGENT, *REST)

TOKENS = (
    # (token, new, files, not in, "" or "attribute")
    ("scene", "turn_context", HOUSE, (), ""),
    ("scene_of", "turn_context_of", HOUSE, (), ""),
    ("notice", "system_act", ("agent/*", "graph/*"), (), ""),
    ("notices", "system_acts", ("agent/*", "graph/*", "tests/graph/*", "tests/storage/*"), (), ""),
    ("_notice", "_system_act", ("agent/*",), (), ""),
    ("_notices", "_system_acts", ("agent/*",), (), ""),
    ("outcome", "update", ("agent/*", "graph/*"), (), ""),
    ("did", "dialogue_act", ("agent/dst/*", "agent/policy/*"), (), ""),
    ("taken", "user_acts", ("graph/*", "agent/record/*", "agent/dst/understanding.py", "tests/graph/*", "tests/storage/*"), (), "attribute"),
    ("sure", "confidence", ("agent/*",), ("agent/nlu/spelling/*", "agent/slots/name/told.py", "agent/slots/address/part_values.py", "agent/slots/service/matching.py", "agent/slots/service/vocabulary.py"), ""),
    ("sure", "confidence", (*REST, "agent/slots/service/*", "agent/slots/name/told.py"), ("tests/simulated/*", "api/*"), "attribute"),
    ("_sure", "_confidence", ("agent/slots/*",), (), ""),
    ("hear", "extract", ("agent/slots/*", "agent/nlu/disfluency.py"), (), ""),
    ("hear", "extract", (*AGENT, "graph/*", "bench/*", "tests/*"), ("tests/api/*", "tests/terminal/*"), "member"),
    ("check", "validate", ("agent/slots/*",), (), ""),
    ("check", "validate", (*AGENT, "graph/*", "bench/*", "tests/*"), ("tests/api/*", "tests/terminal/*"), "member"),
    ("read_back", "present", ("agent/slots/*",), (), ""),
    ("read_back", "present", (*AGENT, "graph/*", "bench/*", "tests/*"), ("tests/api/*", "tests/terminal/*"), "member"),
    ("label", "mention", ("agent/nlu/mentions.py", "agent/dst/assignment.py", "agent/dst/understanding.py"), (), ""),
    ("labels", "mentions", ("agent/dst/assignment.py", "agent/dst/understanding.py"), (), ""),
    ("_label_at", "_mention_at", ("agent/nlu/mentions.py",), (), ""),
    ("claims", "assignment", ("agent/dst/*",), (), ""),
    ("ears", "extraction", ("agent/dst/*",), (), ""),
)

VARIABLES = (
    # (name, new, files, words of an annotation or call that show what it is, attributes that show it)
    ("said", "utterance", ("agent/*", "bench/*", "tests/nlu/*", "tests/slots/*", "tests/dst/*"), ("Utterance",), ("tokens", "words", "text", "lower", "has_han", "between")),
    ("taken", "user_act", HOUSE, ("=UserAct",), ()),
    ("taken", "user_acts", HOUSE, ("UserAct", "understand"), ()),
)
SAID_ATTRIBUTE = ("agent/*",)
"""Where `.said`, not called and no field of a trace, is the utterance."""
NOT_SAID = ("agent/record/*", "agent/slots/address/*")
SAID_BY = {"self", "line", "spoken"}
"""... of one of these; `state.said` is what of a slot may be spoken."""

ENCODED = (
    # (module after, class, field, its name in JSON)
    ("agent.record.call", "OpenTurn", "user_acts", "taken"),
    ("agent.record.call", "OpenTurn", "system_acts", "notices"),
    ("agent.record.trace", "TracedTurn", "user_acts", "taken"),
    ("agent.record.trace", "TracedTurn", "system_acts", "notices"),
    ("agent.record.acts", "Inform", "confidence", "sure"),
)
TAGS = (("Inform", "Inform"), ("DialogueAct", "Did"), ("NoMatch", "NoMatch"), ("NoInput", "NoInput"))

DATA = {"agent/languages/{}/labels.toml": "agent/languages/{}/mentions.toml"}
DATA_NAMES = {"labels": ("mentions", ("agent/nlu/mentions.py", "agent/nlu/disfluency.py", "agent/dst/replies.py", "agent/dst/understanding.py"))}
"""The name in `words(language, "...")`."""

TICKED = {
    "Said": "Utterance", "said.text": "utterance.text", "said.tokens": "utterance.tokens", "said": "utterance", "Heard": "Candidate", "Heard.sure": "Candidate.confidence",
    "HeardAct": "ActCandidate", "Taken": "UserAct", "Did": "DialogueAct", "Notice": "SystemAct", "Scene": "TurnContext", "Outcome": "Update", "Label": "Mention", "Claims": "Assignment",
    "hear": "extract", "hear_acts": "recognise_acts", "check": "validate", "read_back": "present", "sure": "confidence",
    "labels.toml": "mentions.toml", "take": "apply", "scene": "turn_context", "heard.sure": "candidate.confidence",
}  # fmt: skip

CONTRACTS = '''
[[tool.importlinter.contracts]]
name = "Floors inside agent: policy and nlg > dst > slots > nlu > record > languages and regions"
type = "layers"
containers = ["agent"]
layers = ["policy | nlg", "dst", "slots", "nlu | reader", "record", "languages | regions"]
exhaustive = true

[[tool.importlinter.contracts]]
name = "No cycles between the rooms of agent, nor inside them"
type = "acyclic_siblings"
ancestors = ["agent"]
'''

CANDIDATES = ("agent/slots/*", "agent/dst/*", "agent/policy/*", "agent/nlu/disfluency.py", "agent/nlu/candidates.py", "graph/accepting.py", "tests/slots/*", "tests/dst/*")
NO_CANDIDATES: tuple[str, ...] = ()
"""Where a variable `heard` is one reading of a slot, or several."""
