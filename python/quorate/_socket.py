"""A result over a Unix socket: the node reads while this program writes, so that a large result is nowhere as a whole a second time."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable

import numpy as np

from ._tensors import Array

#: Bytes that may wait between program and node; the system may allow fewer.
BUFFER = 4 << 20
#: Seconds to wait for the connection of a node that has said that it takes the result: it connects before it says so.
PATIENCE = 60.0


class ResultSocket:
    """Listens at a path until the node has taken one result there. Close it."""

    def __init__(self, path: str) -> None:
        """Raises OSError where the folder cannot hold a socket."""
        self._path = path
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            self._listener.bind(path)
            self._listener.listen(1)
        except OSError:
            self._listener.close()
            raise
        self._listener.settimeout(PATIENCE)

    def send(self, arrays: Iterable[Array]) -> bool:
        """Sends the elements of the arrays to the node that has connected. False when the node did not take all of them."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return False
        with connection:
            connection.settimeout(None)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            for array in arrays:
                try:
                    connection.sendall(array.reshape(-1).view(np.uint8).data)
                except OSError:
                    # The node has ended the job.
                    return False
        return True

    def close(self) -> None:
        self._listener.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path)
