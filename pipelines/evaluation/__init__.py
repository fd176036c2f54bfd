"""Measuring the extractor and the matcher against annotated data: readers, scorers with intervals, predictions, differences between runs.

The gold itself is never part of the project. Nothing here trains or tunes anything.
"""
