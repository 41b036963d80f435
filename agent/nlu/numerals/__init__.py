"""Spoken numbers: digits, quantities and ordinals."""
