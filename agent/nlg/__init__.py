"""From system acts to sentences."""
