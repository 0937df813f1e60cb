"""A client on python-h2 whose field block is larger than a frame: continuation_client.py ADDRESS PORT.

python-h2 spreads it over HEADERS and CONTINUATION by itself. A small request comes first, one with content and trailers last.
"""
import socket, sys

import h2.connection

from patient_client import read_until

REQUEST = [(":scheme", "http"), (":authority", "capture.test"), (":path", "/")]


def main(address, port):
    sock = socket.create_connection((address, port))
    connection = h2.connection.H2Connection()
    connection.initiate_connection()
    sock.sendall(connection.data_to_send())
    ask(sock, connection, 1, [(":method", "GET"), *REQUEST], end=True)
    many = [(f"x-field-{i:03}", ("%d~" % i) * 110) for i in range(66)]
    ask(sock, connection, 3, [(":method", "GET"), *REQUEST, *many], end=True)
    ask(sock, connection, 5, [(":method", "POST"), *REQUEST, ("trailer", "x-checksum")], end=False)
    connection.close_connection()
    sock.sendall(connection.data_to_send())
    sock.shutdown(socket.SHUT_WR)
    read_until(sock, connection, h2.events.ConnectionTerminated, 1)


def ask(sock, connection, stream, fields, end):
    connection.send_headers(stream, fields, end_stream=end)
    if not end:
        connection.send_data(stream, b"content with padding", pad_length=30)
        connection.send_headers(stream, [("x-checksum", "42")], end_stream=True)
    sock.sendall(connection.data_to_send())
    read_until(sock, connection, h2.events.StreamEnded, 5)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
