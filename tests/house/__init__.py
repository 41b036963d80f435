"""The house in figures: how long, how entangled, and which room knows which. `python -m tests.house` shows them."""
