"""The one exception that the command line turns into a sentence and a non-zero exit."""


class UserError(Exception):
    """Bad input: the message says what was wrong and what to do."""
