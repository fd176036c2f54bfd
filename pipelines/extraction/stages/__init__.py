"""The extractor's stages, each a set of pure functions over plain data that can be tested alone.

Order: text, parse, quotes, candidates, roles, sources, reality, dates, figures, coreference. What joins them is ``extractor.py``.
"""
