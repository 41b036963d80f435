"""Which business is being called, when one service answers for several."""

from collections.abc import Sequence

from agent.business import Business


class Businesses:
    """The businesses a service answers for; the first is the default. There is always one."""

    def __init__(self, known: Sequence[Business]) -> None:
        """Raises ValueError when there is none, or two share an id or a number."""
        if not known:
            raise ValueError("there is no business")
        self._by_id: dict[str, Business] = {}
        self._by_number: dict[str, Business] = {}
        for business in known:
            if self._by_id.setdefault(business.id, business) is not business:
                raise ValueError(f'two businesses have the id "{business.id}"')
            for number in business.numbers:
                if self._by_number.setdefault(_digits(number), business) is not business:
                    raise ValueError(f"two businesses have the number {number}")
        self.all = tuple(known)

    @property
    def default(self) -> Business:
        return self.all[0]

    def for_number(self, dialled: str) -> Business:
        """The business behind a dialled number, E.164 with or without "+", "tel:" or "sip:...@host"; the default when none has it."""
        return self._by_number.get(_digits(dialled), self.default)

    def get(self, business_id: str) -> Business | None:
        return self._by_id.get(business_id)


def _digits(number: str) -> str:
    """What tells numbers apart: their digits, without the host and the parameters of a SIP or tel address (RFC 3261, RFC 3966)."""
    user = number.partition("@")[0].partition(";")[0]
    return "".join(letter for letter in user if letter.isascii() and letter.isdigit())
