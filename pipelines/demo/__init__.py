"""The bundled sample world: fictitious outlets, their items over four days, the known truth, and a loopback server.

Texts, schedule and truth are data files under ``data/``; here are their schema, the rendering to feed bytes and the server.
Nothing here polls, parses or extracts: the demo runner does that, through the code that polls the world.
"""
