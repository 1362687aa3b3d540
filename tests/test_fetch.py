"""data.fetch: the contest's public sample, checked by its SHA-256."""

from __future__ import annotations

import hashlib
import http.server
import threading

import pytest

from data.fetch import fetch, main
from eval.errors import UserError

CONTENT = b'{"id": 1}\n'
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server():
    """A server on this machine that has /sample and nothing else."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/sample" else 404)
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_file_is_fetched_once(tmp_path, server):
    """The second time nothing is asked for and the file is untouched."""
    path = tmp_path / "public" / "sample.jsonl"
    assert fetch(f"{server}/sample", path, DIGEST)
    assert CONTENT == path.read_bytes()
    before = path.stat()
    assert not fetch(f"{server}/none", path, DIGEST)
    assert before.st_mtime_ns == path.stat().st_mtime_ns
    assert [path] == list(path.parent.iterdir())


def test_a_wrong_file_is_replaced(tmp_path):
    """By the right one, here from a file: URL."""
    source, path = tmp_path / "source", tmp_path / "sample.jsonl"
    source.write_bytes(CONTENT)
    path.write_bytes(b"cut short")
    assert fetch(source.as_uri(), path, DIGEST)
    assert CONTENT == path.read_bytes()


def test_wrong_content_is_not_kept(tmp_path):
    """What was there before stays, and both checksums are told."""
    source, path = tmp_path / "source", tmp_path / "sample.jsonl"
    source.write_bytes(b"other")
    path.write_bytes(b"before")
    with pytest.raises(UserError, match=f"wrong content, 5 bytes with SHA-256 {hashlib.sha256(b'other').hexdigest()} instead of {DIGEST}"):
        fetch(source.as_uri(), path, DIGEST)
    assert b"before" == path.read_bytes()


def test_an_answer_that_is_no_file(tmp_path, server):
    """The server's status is told and nothing is made."""
    with pytest.raises(UserError, match="the server answered 404"):
        fetch(f"{server}/none", tmp_path / "public" / "sample.jsonl", DIGEST)
    assert [] == list(tmp_path.iterdir())


def test_without_a_network_the_command_says_what_to_do(tmp_path, server, capsys):
    """Nobody listens on port 1; exit status 2 and the way round."""
    assert 2 == main(["--url", "http://127.0.0.1:1/sample", "--out", str(tmp_path / "sample.jsonl")])
    error = capsys.readouterr().err
    assert "cannot be fetched" in error
    assert "connect to a network, or download the file elsewhere and pass --url file:///path/to/it" in error
    assert 2 == main(["--url", "nonsense", "--out", str(tmp_path / "sample.jsonl")])
