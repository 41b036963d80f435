"""Building the word vectors of a language anew: `python -m bench.nearness`, see `__main__.py`."""
