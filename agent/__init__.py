"""Pure: words and records in, decisions out. No clock, network, randomness or environment."""
