from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quorate import QuorateError
from quorate.api import Api

TOKEN = "a-token-of-the-test"


class Node(BaseHTTPRequestHandler):
    """Answers as docs/api.md says. A test of the node itself runs this reader, too (test/integration/api/python.test.ts)."""

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.answer(401, {"code": "API_TOKEN_REFUSED", "detail": "no token", "advice": "Send it."})
        elif path == "/api/v1/rounds":
            before = int(query.get("before", ["5"])[0])
            rounds = [{"round": str(number)} for number in range(before - 1, max(0, before - 3), -1)]
            self.answer(200, {"rounds": rounds, "next": rounds[-1]["round"] if before > 3 else None})
        elif path == "/api/v1/events":
            # One event a connection: each time the stream breaks.
            last = int((self.headers["Last-Event-ID"] or "run-0").split("-")[1])
            self.send_response(200)
            self.end_headers()
            event = json.dumps({"event": "voided", "seq": last + 1})
            self.wfile.write(f": alive\n\nid: run-{last + 1}\nevent: voided\ndata: {event}\n\n".encode())
        else:
            self.send_error(404)


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pages_follow_one_another(url: str) -> None:
    pages = list(Api(url, TOKEN).pages("/rounds", {"limit": 2}))
    assert [[entry["round"] for entry in page["rounds"]] for page in pages] == [["4", "3"], ["2", "1"]]


def test_an_error_has_the_code_of_the_node(url: str) -> None:
    with pytest.raises(QuorateError, match="no token. Send it.") as refused:
        Api(url).get("/rounds")
    assert refused.value.code == "API_TOKEN_REFUSED"
    with pytest.raises(QuorateError, match="is not the API of a node"):
        Api(url, TOKEN).get("/nothing")


def test_a_stream_that_breaks_goes_on_where_it_stopped(url: str) -> None:
    events = Api(url, TOKEN).events()
    assert [next(events)["seq"] for _ in range(3)] == [1, 2, 3]
    with pytest.raises(QuorateError):
        next(Api(url).events())
