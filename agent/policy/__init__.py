"""What is done next: the next question, digressions, a call that is resumed, how the telephone listens."""
