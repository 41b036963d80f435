"""The differential: what one revision does with ten thousand inputs, held against what another does with the same.

seam.py         the only file that knows names in the code under test; each revision keeps its own
normal.py       one vocabulary for what both revisions answer, whatever their own words are
corpus.py       what is played: rows, whole calls, simulated callers, mixed utterances
recording.py    plays it and writes down what came of it
comparing.py    two recordings side by side; which differences are accepted
history.py      another revision in a folder of its own
"""
