"""Relays connections, and prints the records of the server until the client sends sealed ones: relay.py PORT SERVER_PORT"""
import socket, sys, threading
port, target = int(sys.argv[1]), int(sys.argv[2])
l = socket.create_server(("127.0.0.1", port))
while True:
    c, _ = l.accept(); s = socket.create_connection(("127.0.0.1", target))
    buf = bytearray(); stop = []
    def up():
        try:
            b = bytearray()
            while d := c.recv(65536):
                b += d
                s.sendall(d)
                while len(b) >= 5 and len(b) >= 5 + (b[3] << 8 | b[4]):
                    if b[0] == 23 and not stop: stop.append(len(buf))
                    del b[:5 + (b[3] << 8 | b[4])]
            s.shutdown(1)
        except OSError: pass
    t = threading.Thread(target=up); t.start()
    try:
        while d := s.recv(65536): buf += d; c.sendall(d)
        c.shutdown(1)
    except OSError: pass
    t.join(2)
    out = []; i = 0
    while i + 5 <= len(buf):
        n = buf[i+3] << 8 | buf[i+4]
        if stop and i >= stop[0]: break
        out.append(f"{buf[i]}:{n}"); i += 5 + n
    print(" ".join(out), flush=True)
