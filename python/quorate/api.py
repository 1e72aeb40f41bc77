"""Reads the HTTP API of a node (docs/api.md). Of this module, the standard library is all it needs::

    from quorate.api import Api

    api = Api("http://127.0.0.1:8080")
    print(api.get("/node")["ready"])
    for page in api.pages("/rounds"):
        for entry in page["rounds"]:
            print(entry["round"], entry["state"])
    for event in api.events():
        print(event["event"])

Amounts and numbers of rounds are decimal strings: ``int`` reads them.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

from ._errors import QuorateError

__all__ = ["Api"]

BASE = "/api/v1"
#: Longest pause before the stream is connected again, seconds.
_PAUSE = 10.0


class Api:
    """The pages of one node.

    :param url: Where the node serves them: ``http://127.0.0.1:8080``.
    :param token: The text of the node's token file; a loopback address may need none.
    :param timeout: Seconds without a byte after which a call fails. Signs of life come every 15.
    """

    def __init__(self, url: str, token: str | None = None, *, timeout: float = 60.0) -> None:
        self._url = url.rstrip("/") + BASE
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._timeout = timeout

    def get(self, path: str, query: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """The answer to a path below ``/api/v1``, such as ``/rounds/7``.

        :raises QuorateError: with the code of the node
        :raises OSError: when the node cannot be reached
        """
        tail = "?" + urllib.parse.urlencode(query) if query else ""
        with self._open(path + tail, {}) as response:
            answer = json.load(response)
        if not isinstance(answer, dict):
            raise QuorateError("API_PATH_UNKNOWN", f"{self._url}{path} is no page of the API")
        return answer

    def pages(self, path: str, query: Mapping[str, str | int] | None = None) -> Iterator[dict[str, Any]]:
        """Every page of a list, one after the other."""
        asked = dict(query or {})
        cursor = "after" if path == "/members" else "before"
        while True:
            page = self.get(path, asked)
            yield page
            if page["next"] is None:
                return
            asked[cursor] = page["next"]

    def events(self, last_event_id: str | None = None) -> Iterator[dict[str, Any]]:
        """The events of the node from now on, without an end. A stream that breaks goes on where it stopped.

        The event ``gap`` says that some are missing.

        :raises QuorateError: when the node refuses the reader
        """
        pause = 0.5
        while True:
            try:
                headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
                with self._open("/events", headers) as response:
                    for identifier, data in _frames(response):
                        last_event_id = identifier or last_event_id
                        pause = 0.5
                        yield json.loads(data)
            except QuorateError as error:
                if error.code not in ("RATE_LIMITED", "API_STARTING"):
                    raise
            except OSError:
                pass
            time.sleep(pause)
            pause = min(2 * pause, _PAUSE)

    def _open(self, path: str, headers: Mapping[str, str]) -> Any:
        request = urllib.request.Request(self._url + path, headers={**self._headers, **headers})
        try:
            return urllib.request.urlopen(request, timeout=self._timeout)
        except urllib.error.HTTPError as error:
            raise _error_of(error) from None


def _error_of(error: urllib.error.HTTPError) -> QuorateError:
    try:
        problem = json.load(error)
        return QuorateError(problem["code"], f"{problem['detail']}. {problem['advice']}")
    except (ValueError, KeyError, TypeError):
        return QuorateError("API_PATH_UNKNOWN", f"the server answered {error.code}: it is not the API of a node")


def _frames(response: Any) -> Iterator[tuple[str | None, str]]:
    """The frames of a stream; comments are passed over."""
    identifier: str | None = None
    data: str | None = None
    for raw in response:
        line = raw.decode().rstrip("\n")
        if line == "":
            if data is not None:
                yield identifier, data
            identifier, data = None, None
        elif line.startswith("id: "):
            identifier = line[4:]
        elif line.startswith("data: "):
            data = line[6:]
