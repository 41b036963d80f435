"""An utterance in, readings of it out: tokens, dialogue acts, mentions, disfluency, and what several slots share."""
