from agent.languages.dates import Line, Piece
from agent.text import Said


def read(said: Said, *, region: str, month_first: bool | None, asked: bool | None) -> tuple[Line, list[Piece]] | None:
    return None
