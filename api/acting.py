"""Under which name somebody does what they ask for."""

from typing import Any

from starlette.requests import Request

from api.bodies import SID
from api.errors import Problem, bad_field
from api.parts import parts
from api.tokens import is_role


def acting(request: Request, agent: Any) -> str:
    """Who does what is asked for, for the record, its trace and its events; `agent`: the `agentId` of the body, None for none.

    Raises Problem for what is no name, and for a name that is not theirs to act under: a token that has a name acts under no other, and nobody under
    the name of another's token, or of another role.
    """
    if agent is not None and not (isinstance(agent, str) and SID.fullmatch(agent)):
        raise bad_field("agentId", "bad_id")
    role: str = request.scope["role"]
    identity: str = request.scope["identity"]
    bound: str = request.scope["bound_name"]
    theirs = (agent == identity) if bound else agent in (identity, role) or not (agent and (is_role(agent) or parts(request).tokens.is_name(agent)))
    if agent and not theirs:
        raise Problem("name_refused")
    return bound or agent or role
