"""Chat completions: the service as the "LLM" of a voice platform (Vapi, ElevenLabs, LiveKit, Pipecat).

How it works. The platform posts the whole conversation each time it wants words, and speaks what streams back. Which call it is stands somewhere in
the request (`line.py`); which turn, is the number of the caller's messages (`completion.py`). The turn is taken like any other (`api.completions`),
under its number, so that the same one again gets the same words, and one in other words takes the place of the older ones (`agent.policy.revising`).
The answer goes out as text in pieces that can be spoken, then as a call of one of the platform's own tools where it is to transfer or to hang up
(`tools.py`, `wire.py`). What is refused is refused in the shape that OpenAI's clients read (`refusals.py`); what fails later is said in words.
"""

PATHS = ("/v1/chat/completions", "/chat/completions", "/v1/chat/completions/chat/completions")
"""The last for platforms that put their own ending behind an address that has it already."""
