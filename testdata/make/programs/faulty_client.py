"""A client with one fault: faulty_client.py ADDRESS PORT FAULT. Everything else that it does is right.

After the fault it reads for a while, so that the server's reaction is in the capture, and closes.
"""
import socket, sys, time

from raw import *


def data_on_idle_stream(peer):
    peer.send(data(5, b"nobody opened stream 5"))


def data_after_end_stream(peer):
    peer.send(peer.request(1, method="POST", end=False), data(1, b"all of it", end=True), data(1, b"and more"))


def even_stream_id(peer):
    peer.send(peer.request(2))


def stream_id_not_increasing(peer):
    peer.send(peer.request(5))
    peer.read_end_of(5)
    peer.send(peer.request(3))


def stream_id_reused(peer):
    peer.send(peer.request(1))
    peer.read_end_of(1)
    peer.send(peer.request(1, "/style.css"))


def settings_length_5(peer):
    peer.send(frame(SETTINGS, payload=b"\x00\x03\x00\x00\x00"))


def settings_ack_with_payload(peer):
    peer.send(frame(SETTINGS, ACK, payload=b"\x00\x03\x00\x00\x00\x64"))


def unexpected_settings_ack(peer):
    peer.send(settings_ack())


def frame_too_large(peer):
    peer.send(peer.request(1, method="POST", end=False), data(1, b"x" * 17000, end=True))


def continuation_interrupted(peer):
    block = peer.request(1, extra=[("x-long", "long " * 8)])[9:]
    first, rest = frame(HEADERS, END_STREAM, 1, block[:20]), frame(CONTINUATION, END_HEADERS, 1, block[20:])
    peer.send(first, frame(PING, payload=b"in a row"), rest)


def data_on_stream_zero(peer):
    peer.send(data(0, b"for the connection?"))


def rst_stream_on_idle_stream(peer):
    peer.send(rst_stream(7))


def window_update_on_idle_stream(peer):
    peer.send(window_update(9, 1000))


def settings_never_acked(peer):
    """Two requests, the second after eleven seconds: the client lives, reads answers, and still owes the ACK."""
    peer.send(peer.request(1))
    peer.read_end_of(1)
    time.sleep(11)
    peer.send(peer.request(3, "/style.css"))
    peer.read_end_of(3)


def max_concurrent_streams_exceeded(peer):
    """The server allows two and its SETTINGS are acknowledged; these four requests stay open."""
    for stream in (1, 3, 5, 7):
        peer.send(peer.request(stream, method="POST", end=False))


def bad_preface():
    return b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + settings()


def no_settings_first():
    return PREFACE + window_update(0, 1000) + settings()


FIRST = {"bad-preface": bad_preface, "first-frame-not-settings": no_settings_first}
FAULTS = {f.__name__.replace("_", "-"): f for f in (
    data_on_idle_stream, data_after_end_stream, even_stream_id, stream_id_not_increasing, stream_id_reused, settings_length_5,
    settings_ack_with_payload, unexpected_settings_ack, frame_too_large, continuation_interrupted, data_on_stream_zero,
    rst_stream_on_idle_stream, window_update_on_idle_stream, settings_never_acked, max_concurrent_streams_exceeded)}


def main(address, port, fault):
    if fault in FIRST:
        peer = connect(address, port, first=FIRST[fault]())
    else:
        peer = Peer(socket.create_connection((address, port)))
        peer.acknowledges = fault != "settings-never-acked"
        peer.send(PREFACE + settings())
        peer.read_for(0.1)
        FAULTS[fault](peer)
    peer.read_for(1.5)
    peer.hang_up()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
