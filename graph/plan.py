"""The steps, in order, and how patient each is; which of them may be skipped, a business says itself (`may_skip`)."""

from agent.record.slot_names import NAMES
from agent.record.turn_context import Plan

STEPS = NAMES
"""A caller is walked through these, then the summary, then booked. A filled step is walked past."""

PLAN = Plan(tries=3, silences=3, turns=120, idle=12)
