"""How the talk goes on while Redis is away: who decides that it is (`breaker.py`), what takes the steps then (`spare_store.py`), and how they come
back to Redis (`way_back.py`, `merging.py`). docs/operations/redis-away.md says what is promised."""
