"""A client on python-h2 that waits for the server's SETTINGS: patient_client.py ADDRESS PORT SECONDS.

After SECONDS without them it sends its gRPC-like request all the same.
"""
import socket, sys, time

import h2.config, h2.connection, h2.events

REQUEST = [
    (":method", "POST"), (":scheme", "http"), (":authority", "capture.test"), (":path", "/capture.Echo/Say"),
    ("content-type", "application/grpc"), ("te", "trailers"),
]


def main(address, port, patience):
    sock = socket.create_connection((address, port))
    connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    sock.sendall(connection.data_to_send())
    read_until(sock, connection, h2.events.RemoteSettingsChanged, patience)
    connection.send_headers(1, REQUEST)
    connection.send_data(1, b"\x00\x00\x00\x00\x05hello", end_stream=True)
    sock.sendall(connection.data_to_send())
    if not read_until(sock, connection, h2.events.StreamEnded, 5):
        raise SystemExit("the call was not answered")
    connection.close_connection()
    sock.sendall(connection.data_to_send())
    sock.shutdown(socket.SHUT_WR)
    read_until(sock, connection, h2.events.ConnectionTerminated, 1)


def read_until(sock, connection, wanted, seconds):
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        sock.settimeout(left)
        try:
            octets = sock.recv(65536)
        except TimeoutError:
            return False
        if not octets:
            return False
        events = connection.receive_data(octets)
        sock.sendall(connection.data_to_send())
        if any(isinstance(event, wanted) for event in events):
            return True
    return False


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
