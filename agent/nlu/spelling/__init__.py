"""Spelled letters: heard, and spoken back."""
