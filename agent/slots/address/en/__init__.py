"""Addresses in English, of every country that writes them so."""
