"""A server with one fault, for one connection: faulty_server.py ADDRESS PORT FAULT. Everything else that it does is right.

It waits for the first request, commits the fault, reads for a while, and closes.
"""
import sys

from raw import *


def answer(peer, stream):
    return peer.response(stream) + data(stream, b"hello\n", end=True)


def data_after_end_stream(peer, stream):
    peer.send(answer(peer, stream), data(stream, b"one more thing\n"))


def frame_after_own_rst_stream(peer, stream):
    peer.send(peer.response(stream), data(stream, b"hel"), rst_stream(stream), data(stream, b"lo\n", end=True))


def headers_on_idle_stream(peer, stream):
    peer.send(peer.response(stream + 100, end=True))


def frame_too_large(peer, stream):
    peer.send(peer.response(stream), data(stream, b"y" * 17000, end=True))


def enable_push_by_server(peer, stream):
    peer.send(settings((ENABLE_PUSH, 1)), answer(peer, stream))


def truncated_frame(peer, stream):
    """The last frame says 100 octets; ten of them come, then the FIN."""
    peer.send(peer.response(stream), data(stream, b"z" * 100, end=True)[:19])


def first_frame_not_settings(peer, stream):
    """The fault was committed when the connection began."""
    peer.send(answer(peer, stream))


FAULTS = {f.__name__.replace("_", "-"): f for f in (
    data_after_end_stream, frame_after_own_rst_stream, headers_on_idle_stream, frame_too_large, enable_push_by_server,
    truncated_frame, first_frame_not_settings)}


def main(address, port, fault):
    first = window_update(0, 100000) + settings() if fault == "first-frame-not-settings" else None
    peer = accept(address, port, first=first)
    asked = []
    peer.read_until(lambda kind, flags, stream, _: kind == HEADERS and (asked.append(stream) or True))
    peer.read_until(lambda kind, flags, *_: kind == SETTINGS and flags & ACK, 0.3)
    for stream in asked:
        FAULTS[fault](peer, stream)
    if fault != "truncated-frame":
        peer.read_for(1.5)
    peer.hang_up()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
