"""A client that does rare things, all of them lawful: lawful_client.py ADDRESS PORT WHAT."""
import socket, sys, time

from raw import *

UNKNOWN_TYPE, GREASE_TYPE = 0xBB, 0x0B + 0x1F * 3
UNKNOWN_SETTING, GREASE_SETTING = 0xF00D, 0x1A2A


def window_update_half_closed(peer):
    """The request is over on the client's side; credit for the answer goes on, also after the answer ended."""
    peer.send(peer.request(1, "/numbers.txt"), window_update(1, 1000), window_update(1, 1))
    peer.read_until(lambda kind, *_: kind == DATA)
    peer.send(window_update(1, 2000))
    peer.read_end_of(1)
    peer.send(peer.request(3), window_update(3, 5))
    peer.read_end_of(3)


def priority_on_idle_streams(peer):
    """Priorities for streams that come later, for one that never comes, and for one that is over."""
    peer.send(priority(99, weight=256), priority(3, depends_on=99), priority(5, depends_on=3, exclusive=True), priority(4096))
    peer.send(peer.request(1))
    peer.read_end_of(1)
    peer.send(priority(1, depends_on=99, weight=1), peer.request(3, "/style.css"))
    peer.read_end_of(3)


def unknown_frame_types(peer):
    """Types that nobody defined: on the connection, on an idle, an open and a closed stream; with flags and without."""
    peer.send(frame(UNKNOWN_TYPE, 0, 0, b"what is this"), frame(UNKNOWN_TYPE, 0xFF, 7, b""))
    peer.send(peer.request(1, method="POST", end=False), frame(GREASE_TYPE, 5, 1, b"grease"), data(1, b"content", end=True))
    peer.read_end_of(1)
    peer.send(frame(GREASE_TYPE, 0, 1, bytes(100)), frame(PING, 0, 0, b"are you?"))
    peer.read_until(lambda kind, flags, *_: kind == PING and flags & ACK)


def unknown_settings(peer):
    """The unknown values went with the preface (SETTINGS_OF); more come later, and a known name twice: the last one counts."""
    peer.send(peer.request(1))
    peer.read_end_of(1)
    peer.send(settings((UNKNOWN_SETTING, 1), (INITIAL_WINDOW_SIZE, 10), (INITIAL_WINDOW_SIZE, 50000)))
    peer.read_until(lambda kind, flags, *_: kind == SETTINGS and flags & ACK)
    peer.send(peer.request(3, "/numbers.txt"))
    peer.read_end_of(3)


def window_size_changed(peer):
    """A download under windows of 3000, then 1 (the stream's window is negative for a while), then 30000."""
    peer.send(peer.request(1, "/numbers.txt"))
    peer.read_until(lambda kind, flags, stream, payload: kind == DATA)
    peer.send(settings((INITIAL_WINDOW_SIZE, 1)))
    peer.read_until(lambda kind, flags, *_: kind == SETTINGS and flags & ACK)
    peer.send(settings((INITIAL_WINDOW_SIZE, 30000)))
    peer.read_end_of(1)


def idle_with_keepalive(peer):
    """Seven idle seconds in which only TCP speaks, then a second request."""
    for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1), (socket.TCP_KEEPCNT, 5)):
        peer.sock.setsockopt(socket.IPPROTO_TCP, option, value)
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    peer.send(peer.request(1))
    peer.read_end_of(1)
    time.sleep(7)
    peer.send(peer.request(3, "/style.css"))
    peer.read_end_of(3)


def cancel_in_flight(peer):
    """Cancels a download when its first DATA is here and more is on the wire, and asks for something else at once."""
    peer.send(peer.request(1, "/numbers.txt"))
    peer.read_until(lambda kind, *_: kind == DATA)
    peer.send(rst_stream(1), peer.request(3, "/style.css"))
    peer.read_end_of(3)
    peer.read_for(0.3)


def until_told_to_go(peer):
    """A request, then a slow download during which the server is told to quit; it is finished before the connection closes."""
    peer.send(peer.request(1))
    peer.read_end_of(1)
    peer.send(peer.request(3, "/numbers.txt"))
    if not peer.read_until(lambda kind, *_: kind == GOAWAY, 10):
        raise SystemExit("no GOAWAY came")
    peer.send(window_update(3, 30000))
    peer.read_end_of(3)


SETTINGS_OF = {
    "unknown-settings": [(UNKNOWN_SETTING, 7), (GREASE_SETTING, 0xFFFFFFFF), (ENABLE_PUSH, 0), (0, 0)],
    "window-size-changed": [(INITIAL_WINDOW_SIZE, 3000)],
    "until-told-to-go": [(INITIAL_WINDOW_SIZE, 500)],
}
CONVERSATIONS = {f.__name__.replace("_", "-"): f for f in (
    window_update_half_closed, priority_on_idle_streams, unknown_frame_types, unknown_settings, window_size_changed,
    idle_with_keepalive, cancel_in_flight, until_told_to_go)}


def burst(address, port, pause=0, number=127):
    """Preface, SETTINGS and 127 requests in one write, PAUSE seconds after TCP is there, with nothing of the server read."""
    sock = socket.socket()
    peer = Peer(sock)
    streams = range(1, 2 * number, 2)
    flight = [PREFACE, settings(), *(peer.request(stream) for stream in streams)]
    sock.connect((address, port))
    time.sleep(pause)
    peer.send(*flight)
    for stream in streams:
        peer.read_end_of(stream)
    return peer


def late_preface(address, port):
    """Connects, listens for half a second, and only then sends its preface."""
    peer = Peer(socket.create_connection((address, port)))
    peer.acknowledges = False
    peer.read_until(lambda kind, flags, *_: kind == SETTINGS)
    time.sleep(0.5)
    peer.acknowledges = True
    peer.send(PREFACE, settings(), settings_ack(), peer.request(1))
    peer.read_end_of(1)
    return peer


PREFACE_BY_THEMSELVES = {"burst": burst, "burst-unread": lambda *server: burst(*server, pause=0.1), "late-preface": late_preface}


def main(address, port, what):
    if what in PREFACE_BY_THEMSELVES:
        peer = PREFACE_BY_THEMSELVES[what](address, port)
    else:
        peer = connect(address, port, *SETTINGS_OF.get(what, []))
        CONVERSATIONS[what](peer)
    peer.leave()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
