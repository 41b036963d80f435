"""Addresses in Mandarin (GB/T 23705)."""
