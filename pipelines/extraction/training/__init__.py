"""How the extractor's learned weights are made from labelled items, deterministically. Nothing here runs when texts are coded."""
