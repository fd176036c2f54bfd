"""Who is read: the outlet registry with its schema, the starter registry, OPML in and out.

Nothing here fetches, and nothing here knows what a feed holds.
"""
