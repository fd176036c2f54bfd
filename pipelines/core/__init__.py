"""What every other package stands on: ids, the clock, record declarations, the exception tree, atomic file writes.

Nothing here knows of feeds, articles or events.
"""
