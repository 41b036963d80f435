"""Before the first caller rings: a short call in every language, over a store in memory.

Nobody then waits for tables that are read on first use.
"""

from datetime import UTC, datetime

import msgspec

from agent.languages import known
from agent.languages.vectors import vectors
from agent.record.call import Turn
from graph.build import Walker
from graph.state import Deps, TurnRequest
from storage.memory_store import MemoryStore

SAID = {
    "en": ("", "it's Ann Lee", "two oh two five five five oh one four three", "yes", "12 High Street", "ann at example dot com", "tomorrow at ten"),
    "zh": ("", "我叫王芳", "一三八零零一三八零零零", "对", "建国路88号", "ann 艾特 example 点 com", "明天上午十点"),
}


async def warm_up(deps: Deps) -> None:
    """Play the calls for every business; what they come to is thrown away."""
    for language in known():
        vectors(language)
    walker = Walker(msgspec.structs.replace(deps, store=MemoryStore()))
    for number, business in enumerate(deps.businesses.all):
        for tag in business.languages:
            language = tag.partition("-")[0]
            for place, words in enumerate(SAID.get(language, ())):
                turn = Turn(key=f"{number} {tag} {place}", text=words)
                dialled = business.numbers[0] if business.numbers else ""
                request = TurnRequest(sid=f"warm-{number}-{language}", turn=turn, dialled=dialled, language=tag)
                await walker.take_turn(request, datetime.now(UTC))
