"""Why a file is not taken."""

from engine.errors import EngineError


class FileRefused(EngineError):
    """A file may not be kept. `reason` is a sentence for the person who chose it."""

    code = "file-refused"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"“{name}”{reason}" if name else reason)
        self.name = name
        self.reason = reason
