"""First and last name with a comma between: turned round ("Smith, John"), or merely parted by a breath ("it's Brandon, MacDonald")."""

from agent.slots.name.phrase import Phrase, Reader, Trust
from agent.slots.name.surroundings import Surroundings


def last_name_first(reader: Reader, around: Surroundings, phrase: Phrase) -> Phrase | None:
    """ "Smith, John" the right way round; None if it is not turned."""
    first = phrase.pieces[0].text.lower()
    if len(phrase.pieces) > 1 or reader.word(phrase.end) != "," or first not in reader.lists.family or first in reader.lists.given:
        return None
    given = reader.phrase(phrase.end + 1, Trust.BARE)
    if given is None or len(given.pieces) > 1 or given.pieces[0].text.lower() not in reader.lists.given or not around.ends(given.end):
        return None
    return given._replace(pieces=(*given.pieces, *phrase.pieces))


def is_paused(reader: Reader, around: Surroundings, given: Phrase, family: Phrase) -> bool:
    """Whether `family`, behind a comma, is the last name that belongs to the first name `given`."""
    words = [piece.text.lower() for piece in (*given.pieces, *family.pieces)]
    lists = reader.lists
    return (
        reader.expected
        and len(given.pieces) == 1
        and not family.spelled
        and words[0] in lists.given
        and words[-1] not in words[:-1]
        and (words[-1] in lists.family or (family.proud >= family.words and words[-1] not in lists.given))
        and around.ends(family.end)
    )
