#!/usr/bin/env python3
"""Counts the HTTP/2 frames of a cleartext capture, twice: with tshark, and with a small reader of its own.

    count.py FILE PORT [PROTOCOL]    both counts as JSON; PROTOCOL is what tshark takes PORT for (default http2)
    count.py --check DIR             every capture under DIR against its sidecar and the rules of the house

The reader here is a second opinion, made for small complete captures and nothing else: no TLS, no fragments, no loss.
"""
import collections, json, pathlib, re, struct, subprocess, sys, tomllib

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TYPES = "DATA HEADERS PRIORITY RST_STREAM SETTINGS PUSH_PROMISE PING GOAWAY WINDOW_UPDATE CONTINUATION ALTSVC".split()
TYPES_BY_NUMBER = {**dict(enumerate(TYPES)), 12: "ORIGIN", 16: "PRIORITY_UPDATE"}
LARGEST_FILE, LARGEST_SUM = 60_000, 1_000_000


def type_name(number):
    return TYPES_BY_NUMBER.get(number, "UNKNOWN")


# ---- The file: packets with their link type ---------------------------------------------------------------------------

UNPACKERS = {b"\x1f\x8b": "gzip", b"\x28\xb5": "zstd", b"\x50\x2a": "zstd", b"\x04\x22": "lz4", b"\xfd7": "xz", b"BZ": "bzip2"}


def unpacked(path):
    """The octets of a capture, uncompressed; of a cut file, those before the cut."""
    tool = UNPACKERS.get(pathlib.Path(path).read_bytes()[:2])
    if not tool:
        return pathlib.Path(path).read_bytes()
    return subprocess.run([tool, "-dc", str(path)], capture_output=True).stdout


def packets(data):
    """(link type, octets) of each whole record."""
    magic = data[:4]
    if magic == b"\x0a\x0d\x0d\x0a":
        yield from pcapng_packets(data)
        return
    order = "<" if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    link = struct.unpack_from(order + "I", data, 20)[0]
    at = 24
    while at + 16 <= len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        if at + 16 + length > len(data):
            return
        yield link, data[at + 16:at + 16 + length]
        at += 16 + length


def pcapng_packets(data):
    at, links = 0, []
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        body = data[at + 8:at + length - 4]
        if kind == 1:
            links.append(struct.unpack_from("<H", body)[0])
        if kind == 6:
            interface, _, _, captured = struct.unpack_from("<IIII", body)
            yield links[interface], body[20:20 + captured]
        at += length


def ip_payload(link, octets):
    """(source, destination, TCP segment) or None."""
    if link == 1:
        kind, octets = octets[12:14], octets[14:]
        while kind == b"\x81\x00":
            kind, octets = octets[2:4], octets[4:]
    elif link == 113:
        octets = octets[16:]
    elif link == 276:
        octets = octets[20:]
    if octets[0] >> 4 == 4 and octets[9] == 6:
        start, total = (octets[0] & 15) * 4, struct.unpack_from(">H", octets, 2)[0]
        return octets[12:16], octets[16:20], octets[start:total]
    if octets[0] >> 4 == 6 and octets[6] == 6:
        return octets[8:24], octets[24:40], octets[40:40 + struct.unpack_from(">H", octets, 4)[0]]
    return None


# ---- TCP: two byte streams for each connection ------------------------------------------------------------------------

class Connection:
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.isn, self.pieces, self.seen = {}, {"client": {}, "server": {}}, set()

    def add(self, side, seq, flags, payload):
        if flags & 2:
            self.isn[side] = seq
            self.seen.add("SYN " + side)
        if flags & 1:
            self.seen.add("FIN " + side)
        if flags & 4:
            self.seen.add("RST " + side)
        if payload:
            offset = (seq - self.isn[side] - 1) % 2**32
            old = self.pieces[side].get(offset, b"")
            self.pieces[side][offset] = max(old, payload, key=len)

    def octets(self, side):
        joined = b""
        for offset, piece in sorted(self.pieces[side].items()):
            if offset > len(joined):
                raise SystemExit(f"a gap at offset {len(joined)} of the {side}")
            joined += piece[len(joined) - offset:]
        return joined


def connections(path):
    found, order = {}, []
    for link, octets in packets(unpacked(path)):
        parsed = ip_payload(link, octets)
        if not parsed:
            continue
        source, destination, segment = parsed
        source_port, destination_port, seq, _, offset, flags = struct.unpack_from(">HHIIBB", segment)
        here, there = (source, source_port), (destination, destination_port)
        if flags & 0x12 == 2 and (here, there) not in found:
            order.append(found.setdefault((here, there), Connection(here, there)))
        connection = found.get((here, there)) or found[(there, here)]
        connection.add("client" if connection.client == here else "server", seq, flags, segment[(offset >> 4) * 4:])
    return order


# ---- HTTP/2: where the frames start, and which there are --------------------------------------------------------------

def via_and_frames(connection):
    """How HTTP/2 came about, and (type, flags, stream, payload) of the frames of each side."""
    client, server = connection.octets("client"), connection.octets("server")
    via = "http1" if client else "unknown"
    if client.startswith(PREFACE):
        via, client = "h2c_prior_knowledge", client[24:]
        server = b"" if server.startswith(b"HTTP/") else server
    elif b"\r\n\r\n" + PREFACE in client and server.startswith(b"HTTP/1.1 101"):
        via = "h2c_upgrade"
        client = client[client.index(PREFACE) + 24:]
        server = server[server.index(b"\r\n\r\n") + 4:]
    else:
        client = b""
        server = b"" if server.startswith(b"HTTP/") else server
    return via, {"client": list(frames(client)), "server": list(frames(server))}


def frames(octets):
    at = 0
    while at + 9 <= len(octets):
        length, kind, flags = int.from_bytes(octets[at:at + 3], "big"), octets[at + 3], octets[at + 4]
        stream = int.from_bytes(octets[at + 5:at + 9], "big") & 0x7FFFFFFF
        yield kind, flags, stream, octets[at + 9:at + 9 + length]
        at += 9 + length


def opened_streams(via, by_side):
    opened = {stream for kind, _, stream, _ in by_side["client"] if kind == 1}
    for kind, flags, _, payload in by_side["server"]:
        if kind == 5:
            at = 1 if flags & 8 else 0
            opened.add(int.from_bytes(payload[at:at + 4], "big") & 0x7FFFFFFF)
    return opened | ({1} if via == "h2c_upgrade" else set())


def by_type(numbers):
    return dict(sorted(collections.Counter(map(type_name, numbers)).items()))


def own_count(path):
    rows = []
    for connection in connections(path):
        via, by_side = via_and_frames(connection)
        counts = {side: by_type(f[0] for f in found) for side, found in by_side.items()}
        rows.append({
            "via": via, "frames": counts, "streams": len(opened_streams(via, by_side)), "seen": sorted(connection.seen),
            "http2": via.startswith("h2c_") or any(counts.values()), "server_port": connection.server[1],
        })
    return rows


# ---- tshark's count ---------------------------------------------------------------------------------------------------

def tshark_count(path, port, protocol, number_of_connections):
    """Frames by side and type for each connection, as tshark tells them."""
    command = ["tshark", "-n", "-r", "-", "-d", f"tcp.port=={port},{protocol}"]
    command += "-o tcp.reassemble_out_of_order:TRUE -T fields -E occurrence=a -e tcp.stream -e tcp.srcport -e http2.type".split()
    text = subprocess.run(command, capture_output=True, input=unpacked(path)).stdout.decode()
    numbers = [{"client": [], "server": []} for _ in range(number_of_connections)]
    for line in text.splitlines():
        stream, source, types = (line.split("\t") + ["", ""])[:3]
        if types:
            side = "server" if int(source.split(",")[0]) == port else "client"
            numbers[int(stream.split(",")[0])][side] += [int(t, 0) for t in types.split(",")]
    return [{side: by_type(found) for side, found in sides.items()} for sides in numbers]


# ---- --check ----------------------------------------------------------------------------------------------------------

def check(folder):
    wrong, total = [], 0
    for sidecar in sorted(folder.rglob("*.h2lint.toml")):
        capture = sidecar.with_name(sidecar.name.removesuffix(".h2lint.toml"))
        name = capture.parent.relative_to(folder)
        total += capture.stat().st_size
        if capture.stat().st_size > LARGEST_FILE:
            wrong.append(f"{name}: {capture.stat().st_size} octets")
        if not capture.with_name("about.md").is_file():
            wrong.append(f"{name}: no about.md")
        wrong += [f"{name}: {line}" for line in differences(tomllib.loads(sidecar.read_text())["facts"], own_count(capture))]
    if total > LARGEST_SUM:
        wrong.append(f"all captures together: {total} octets")
    print("\n".join(wrong) or f"all as the sidecars say; {total} octets")
    return bool(wrong)


def differences(facts, rows):
    for path, want in facts.items():
        at = re.fullmatch(r"connections\[(\d+)\]\.frames\.(client|server)\.(\w+)", path)
        if at:
            have = rows[int(at[1])]["frames"][at[2]].get(at[3], 0)
        elif path == "totals.connections":
            have = len(rows)
        elif path == "totals.http2_connections":
            have = sum(r["http2"] for r in rows)
        elif path == "totals.frames":
            have = sum(sum(c.values()) for r in rows for c in r["frames"].values())
        elif path == "totals.streams":
            have = sum(r["streams"] for r in rows)
        else:
            continue
        if have != want:
            yield f"{path} is {have}, the sidecar says {want}"


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(check(pathlib.Path(sys.argv[2])))
    own = own_count(sys.argv[1])
    protocol = sys.argv[3] if len(sys.argv) > 3 else "http2"
    print(json.dumps({"own": own, "tshark": tshark_count(sys.argv[1], int(sys.argv[2]), protocol, len(own))}, indent=1))
