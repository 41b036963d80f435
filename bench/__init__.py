"""Benchmarks that anyone can run. They print ratios taken in one run, since machines differ and are noisy."""
