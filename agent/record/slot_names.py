"""The slots' names, in the order in which a caller is asked for them."""

NAMES = ("name", "phone", "address", "email", "service", "time")
