"""Calls while Redis is away, in every way it can be, with workers and whole services killed meanwhile; counted (`__main__.py`)."""
