"""What can go wrong inside the house, by name; every room above translates these and never guesses."""


class LuotsiError(Exception):
    """Base of all errors that the house raises on purpose."""


class NotFound(LuotsiError):
    """There is no such thing, or the asker may not know that there is."""


class AlreadySubmitted(LuotsiError):
    """A submission with this id is stored already; nothing of the second one was written."""


class IllegalMove(LuotsiError):
    """A state machine was asked for a move that it does not have."""


class StillRunning(IllegalMove):
    """A case was to be closed while these are waited for; `kinds` are of `casework.model.ClockKind`, by limit."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        super().__init__(f"still running: {', '.join(kinds)}")
        self.kinds = kinds


class StillOpen(IllegalMove):
    """A submission was to be erased while these of its cases are open: `numbers` names them, `kinds` what of law still
    runs, as of `casework.model.ClockKind`; `texts` came in from its sender and nobody has read them."""

    def __init__(self, numbers: tuple[str, ...], kinds: tuple[str, ...], texts: int) -> None:
        super().__init__(f"still open: {', '.join(numbers)}")
        self.numbers, self.kinds, self.texts = numbers, kinds, texts


class NoDirectory(LuotsiError):
    """No directory revision has been imported yet, so nothing can be routed."""


class TamperedContent(LuotsiError):
    """Stored content did not open with its key and associated data."""


class ErasedContent(LuotsiError):
    """The key that sealed this was destroyed: what was typed is gone for everybody, and for good."""


class Outdated(LuotsiError):
    """Somebody else has saved a newer revision of the directory meanwhile; nothing was written."""


class Refused(LuotsiError):
    """The database itself refuses a directory. The text says what stands twice, by keys alone: no name, no code."""


class Conflicting(LuotsiError):
    """Two changes of the directory touch the same row; `file` is where."""

    def __init__(self, file: str) -> None:
        super().__init__(file)
        self.file = file
