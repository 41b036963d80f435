"""E-mail: where a confirmation goes.

Extracted  typed and spoken addresses, letters and digits by name, "all one word", providers in two words ("hot mail"), a mailbox told by
           its provider alone (QQ邮箱); over several turns (`context.held.partial`); patched afterwards ("it's dot net, not dot com", "with two l's").
           Not a website, a clock, a place that somebody is "at".
Held       as email-validator normalises it, in lower case: a voice has no capitals, and no mailbox in use tells them apart.
Said       in words; slow: the local part letter by letter. What would not be understood as the same address again is spelled at once.
Sources    RFC 5321, RFC 5322 by way of email-validator.

extracting.py opens with the way from words to an address; what people say around one is in `agent/languages/<lang>/email.toml`.
"""

from agent.languages import words
from agent.record.skeleton import Place
from agent.slots.descriptor import Listening, Slot
from agent.slots.email.extracting import extract, grammar_for
from agent.slots.email.presenting import present
from agent.slots.email.rules import chart_of
from agent.slots.email.validating import validate, written

EMAIL = Slot(
    name="email",
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    chunks=lambda utterance, context: chart_of(utterance, context.language, grammar_for(context)).chunks(),
    spelled_part="local",
    listening=Listening(patience_ms=2200, hints=lambda brief, language: words(language, "email")["hints"]["words"]),
    rest=lambda partial, context: "rest_local" if partial.startswith("@") else "rest",
    place=Place(within="userInfo"),
    example="name@example.com",
)
