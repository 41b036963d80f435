"""The outermost floor: HTTP in, events out. The only floor that knows settings, the clock and the network."""
