from agent.hearing import Heard
def hear_mandarin(said, context): return []
def is_refused(v): return False
def is_written_in_han(v): return False
def spoken_characters(v): return v
def surname_of(v): return ""
