"""The one error that the command line shows without a traceback."""


class UserError(Exception):
    """Something the user can put right; the message names the place and the fix.  Exit status 2."""
