"""The classes that the encoder tells apart, in the order of its outputs."""

from __future__ import annotations

from pipelines.extraction.predicates import ACTIONS

ACTION = ("NONE", *ACTIONS)
VOICE = ("outlet", "named_person", "named_org", "other_media", "document", "unnamed_official", "unnamed_other")
POLARITY = ("positive", "negated", "denied")
REALITY = ("happened", "ongoing", "planned", "threatened", "demanded", "possible", "question")
SLOTS = ("actor", "target", "place")
POINTER = 128
"""Width of a pointer's vectors."""

REACH = 32
"""Pieces on either side of a deed beyond which a pointer tells distances no further apart."""

LOGITS = len(ACTION) + len(VOICE) + len(POLARITY) + len(REALITY)
"""Outputs per word: action, voice, polarity, reality, one after the other."""
