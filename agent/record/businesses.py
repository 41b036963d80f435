"""Which business is being called, when one service answers for several."""

from collections.abc import Sequence

import phonenumbers

from agent.record.business import Business


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
        self._as_at_home = _told_apart(known)

    @property
    def default(self) -> Business:
        return self.all[0]

    def for_number(self, dialled: str) -> Business:
        """The business behind a dialled number; the default when none has it."""
        return self.of_number(dialled) or self.default

    def of_number(self, dialled: str) -> Business | None:
        """The business that has a dialled number; None when none has it.

        E.164 with or without "+" or "00", "tel:" or "sip:...@host", or as the business's own country writes it ("020 7946 0000"), unless two
        businesses would be written the same.
        """
        digits = _digits(dialled)
        return self._by_number.get(digits) or self._by_number.get(digits.removeprefix("00")) or self._as_at_home.get(digits)

    def get(self, business_id: str) -> Business | None:
        return self._by_id.get(business_id)


def _told_apart(known: Sequence[Business]) -> dict[str, Business]:
    """Each business by its numbers as its country writes them, where that names one business alone."""
    found: dict[str, set[str]] = {}
    by_id = {business.id: business for business in known}
    for business in known:
        for number in business.numbers:
            try:
                written = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL)
            except phonenumbers.NumberParseException:  # of no country
                continue
            found.setdefault(_digits(written), set()).add(business.id)
    return {digits: by_id[ids.pop()] for digits, ids in found.items() if len(ids) == 1}


def _digits(number: str) -> str:
    """What tells numbers apart: their digits, without the host and the parameters of a SIP or tel address (RFC 3261, RFC 3966)."""
    user = number.partition("@")[0].partition(";")[0]
    return "".join(letter for letter in user if letter.isascii() and letter.isdigit())
