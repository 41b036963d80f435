"""The order of the steps: a LangGraph state machine that walks one turn over one call record."""
