"""The optional encoder (extra ``neural``): reads an item's words in context and scores deeds, roles, voice and standing.

Not here: the choice among phrases and the mix with the linear models' scores (mix.py says how), records (../mentions.py).
"""
