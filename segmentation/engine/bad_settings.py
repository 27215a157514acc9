"""What is raised for settings that ask for something impossible."""


class BadSettings(ValueError):
    """The settings ask for something that cannot be done; the text is one sentence for people."""
