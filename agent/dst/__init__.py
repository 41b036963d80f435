"""The dialogue state and how it is tracked: what an utterance means in the middle of this call, and what each act does to it."""
