"""What is done next."""
