"""HTTP/2 by hand: the words that the faulty and the unusual peers are written in.

A Peer is one end of a connection. It sends whatever octets it is given, and while it reads it behaves: it acknowledges
SETTINGS and answers PING, unless told otherwise.
"""
import socket, struct, time

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
NO_ERROR, CANCEL = 0, 8
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = range(1, 7)


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def settings(*pairs):
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", name, value) for name, value in pairs))


def settings_ack():
    return frame(SETTINGS, ACK)


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, increment.to_bytes(4, "big"))


def rst_stream(stream, error=CANCEL):
    return frame(RST_STREAM, 0, stream, error.to_bytes(4, "big"))


def priority(stream, depends_on=0, weight=16, exclusive=False):
    return frame(PRIORITY, 0, stream, struct.pack(">IB", depends_on | exclusive << 31, weight - 1))


def goaway(last_stream=0, error=NO_ERROR):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, error))


def data(stream, octets, end=False):
    return frame(DATA, END_STREAM if end else 0, stream, octets)


class Peer:
    def __init__(self, sock):
        self.sock, self.inbox, self.encoder, self.acknowledges = sock, b"", hpack.Encoder(), True
        self.ended = set()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *octets):
        """All in one write; False when the other end has already gone."""
        try:
            self.sock.sendall(b"".join(octets))
            return True
        except OSError:
            return False

    def request(self, stream, path="/", method="GET", end=True, extra=()):
        fields = [(":method", method), (":scheme", "http"), (":authority", "capture.test"), (":path", path), *extra]
        return self.headers(stream, fields, end)

    def response(self, stream, end=False, extra=()):
        return self.headers(stream, [(":status", "200"), ("content-type", "text/plain"), *extra], end)

    def headers(self, stream, fields, end):
        return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, self.encoder.encode(fields))

    def read_until(self, wanted, seconds=5.0):
        """Reads frames until one is wanted(kind, flags, stream, payload): True; False when time is up or the other end closed."""
        deadline = time.monotonic() + seconds
        while True:
            while (one := self._next_frame()) is not None:
                self._behave(*one)
                if wanted(*one):
                    return True
            self.sock.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                octets = self.sock.recv(65536)
            except OSError:
                return False
            if not octets:
                return False
            self.inbox += octets

    def read_end_of(self, stream, seconds=5.0):
        return stream in self.ended or self.read_until(lambda *_: stream in self.ended, seconds)

    def read_for(self, seconds):
        self.read_until(lambda *_: False, seconds)

    def read_exactly(self, length):
        while len(self.inbox) < length:
            octets = self.sock.recv(65536)
            if not octets:
                raise SystemExit("the other end closed")
            self.inbox += octets
        octets, self.inbox = self.inbox[:length], self.inbox[length:]
        return octets

    def _next_frame(self):
        length = int.from_bytes(self.inbox[:3], "big")
        if len(self.inbox) < 9 or len(self.inbox) < 9 + length:
            return None
        kind, flags, stream = self.inbox[3], self.inbox[4], int.from_bytes(self.inbox[5:9], "big")
        payload, self.inbox = self.inbox[9:9 + length], self.inbox[9 + length:]
        return kind, flags, stream, payload

    def _behave(self, kind, flags, stream, payload):
        if kind == SETTINGS and not flags & ACK and self.acknowledges:
            self.send(settings_ack())
        if kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        if kind in (DATA, HEADERS) and flags & END_STREAM or kind == RST_STREAM:
            self.ended.add(stream)

    def leave(self, last_stream=0):
        """GOAWAY, FIN, and read until the other end is gone too."""
        self.send(goaway(last_stream))
        self.hang_up()

    def hang_up(self, seconds=2.0):
        try:
            self.sock.shutdown(socket.SHUT_WR)
            self.read_for(seconds)
        except OSError:
            pass
        self.sock.close()


def connect(address, port, *pairs, first=None):
    """A client whose preface and SETTINGS were sent, and that has read and acknowledged the server's SETTINGS."""
    peer = Peer(socket.create_connection((address, port)))
    peer.send(PREFACE + settings(*pairs) if first is None else first)
    peer.read_until(lambda kind, flags, *_: kind == SETTINGS and not flags & ACK)
    return peer


def accept(address, port, *pairs, first=None):
    """The server end of the one connection that comes: preface read, own SETTINGS sent."""
    with socket.create_server((address, port)) as listener:
        listener.settimeout(20)
        sock, _ = listener.accept()
    sock.settimeout(20)
    peer = Peer(sock)
    if peer.read_exactly(len(PREFACE)) != PREFACE:
        raise SystemExit("no preface came")
    peer.send(settings(*pairs) if first is None else first)
    return peer
