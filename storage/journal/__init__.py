"""The journal: calls on this host's own disk, for when Redis is away. `store.py` is the door; docs/operations/redis-away.md says what it promises."""
