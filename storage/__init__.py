"""The call record: the only state there is."""
