"""What every command shares: the exit codes, and the name under which standard input travels."""

DONE, CHECK_FAILED, USAGE, BAD_DATA, NO_ANSWER, INTERRUPTED = 0, 1, 2, 3, 4, 130

# The parser takes a lone "-" for an option; it travels under this name.
STANDARD_INPUT = "\0-"

# So does a word that begins with a minus sign and is no option: a formula.
FORMULA = "\0="


def given_name(word: str) -> str:
    """The word as it was written."""
    return word.removeprefix(FORMULA)
