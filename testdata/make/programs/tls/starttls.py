"""An SMTP server that knows STARTTLS and nothing else, for one connection: starttls.py PORT CERTIFICATE KEY."""
import socket, ssl, sys

port, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
with socket.create_server(("127.0.0.1", port)) as listening:
    peer, _ = listening.accept()
    peer.sendall(b"220 mail.test ESMTP\r\n")
    while line := peer.recv(4096):
        if line.upper().startswith(b"STARTTLS"):
            peer.sendall(b"220 go ahead\r\n")
            break
        peer.sendall(b"250-mail.test\r\n250 STARTTLS\r\n")
    with context.wrap_socket(peer, server_side=True) as sealed:
        sealed.recv(4096)
        sealed.sendall(b"221 bye\r\n")
        sealed.unwrap()
