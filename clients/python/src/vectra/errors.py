"""What can go wrong for whoever uses a connection."""


class VectraError(Exception):
    """Any error of this package."""


class GatewayError(VectraError):
    """The gateway refused a command, or the connection was lost or closed before its answer.

    `code` is one of the protocol's error codes, or `disconnected` or `closed`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class RefusedError(VectraError):
    """The gateway will not have this client: connecting again in the same way is of no use."""
