"""Which calls belong together: one goes on from another, and that from a third."""

from collections.abc import Mapping


def kin(sid: str, roots: Mapping[str, str]) -> tuple[str, ...]:
    """All that belong together with a call, itself the last. `roots`: of each that goes on from another, the call in which it began."""
    found: set[str] = set()
    ahead = {sid}
    while ahead:
        found |= ahead
        links = [link for link in roots.items() if not ahead.isdisjoint(link)]
        ahead = {end for link in links for end in link} - found
    return (*sorted(found - {sid}), sid)
