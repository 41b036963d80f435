"""A slot that the project does not have, as somebody would add it: `added/` is laid over a copy of the source, and one line names the slot."""
