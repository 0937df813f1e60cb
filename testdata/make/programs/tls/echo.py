"""A TLS server that answers one line: echo.py PORT CERT KEY KEYLOG ALPN..."""
import socket, ssl, sys

port, cert, key, log, *protocols = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
context.keylog_filename = log
if protocols:
    context.set_alpn_protocols(protocols)
listener = socket.create_server(("127.0.0.1", int(port)))
while True:
    raw, _ = listener.accept()
    try:
        with context.wrap_socket(raw, server_side=True) as conn:
            conn.sendall(b"you said " + conn.recv(1000))
            conn.unwrap()
    except (ssl.SSLError, OSError):
        pass
