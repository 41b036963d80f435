"""Slotline in a terminal: `slotline call` to be the caller, `slotline watch` to follow events. Both use the running service like anybody else."""
