"""The exception tree. An error that a user can act on derives from :class:`ParallaxError` and reads as one helpful sentence.

The command line prints a ``ParallaxError`` without a traceback; anything else is a defect and is shown whole.
"""


class ParallaxError(Exception):
    """Something is wrong that the user can mend; the message says what, where and what to do."""

    exit_code = 1


class UsageError(ParallaxError):
    """A command was called with a wrong argument or a file it cannot use."""

    exit_code = 2


class RegistryError(ParallaxError):
    """The outlet registry, or an OPML file, does not follow its schema."""

    exit_code = 3


class LexiconError(ParallaxError):
    """A lexicon or other data file of the extractor does not follow its schema."""

    exit_code = 3


class CorrectionError(ParallaxError):
    """A correction, or the file of corrections, does not follow its schema or contradicts another."""

    exit_code = 3


class LakeError(ParallaxError):
    """A lake file is unreadable, or does not have its declared schema."""

    exit_code = 4


class BuildError(ParallaxError):
    """The warehouse could not be built or checked; what is published stays as it was."""

    exit_code = 5


class BusyError(ParallaxError):
    """Another Parallax process holds the resource; try again when it has ended."""

    exit_code = 6


class NothingPublishedError(ParallaxError):
    """There is no published database yet."""

    exit_code = 7
