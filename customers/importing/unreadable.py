"""The one way in which a source as a whole is refused."""


class UnreadableSource(ValueError):
    """Nothing of the source can be loaded; the text says why and what to do."""
