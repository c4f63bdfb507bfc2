"""What can go wrong inside the house, by name; every room above translates these and never guesses."""


class LuotsiError(Exception):
    """Base of all errors that the house raises on purpose."""


class NotFound(LuotsiError):
    """There is no such thing, or the asker may not know that there is."""


class AlreadySubmitted(LuotsiError):
    """A submission with this id is stored already; nothing of the second one was written."""


class IllegalMove(LuotsiError):
    """A state machine was asked for a move that it does not have."""


class NoDirectory(LuotsiError):
    """No directory revision has been imported yet, so nothing can be routed."""


class TamperedContent(LuotsiError):
    """Stored content did not open with its key and associated data."""


class ErasedContent(LuotsiError):
    """The key that sealed this was destroyed: what was typed is gone for everybody, and for good."""
