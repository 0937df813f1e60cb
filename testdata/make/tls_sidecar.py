#!/usr/bin/env python3
"""Writes the sidecar of a TLS capture: what tshark reads with the keys beside it, and what the case in tls.sh declares.

    tls_sidecar.py DIR [expect RULE@CULPRIT]... [differs PATH]...    `differs` leaves out what tshark cannot tell
"""
import collections, pathlib, subprocess, sys

FIELDS = ["tcp.stream", "tls.handshake.type", "tls.handshake.version", "tls.handshake.extensions.supported_version",
          "tls.handshake.ciphersuite", "tls.handshake.extensions_server_name", "tls.handshake.extensions_alpn_str", "tcp.srcport", "tcp.dstport"]
VERSIONS = {"0x0301": "1.0", "0x0302": "1.1", "0x0303": "1.2", "0x0304": "1.3"}
HELLO, ANSWER, EXTENSIONS = "1", "2", "8"
FORBIDDEN = ["PRE*", "SET*", "FRM*", "CON*", "STS*", "SID*", "HPK*", "FLW*", "MSG*"]


def tshark(folder, *arguments):
    keys = folder / "capture.keys"
    options = ["-o", f"tls.keylog_file:{keys}"] if keys.exists() else []
    done = subprocess.run(["tshark", "-n", "-r", folder / "capture.pcap", *options, *arguments], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def names():
    """IANA's names of the suites, as tshark knows them."""
    rows = subprocess.run(["tshark", "-G", "values"], capture_output=True, text=True, check=True).stdout.splitlines()
    found = (row.split("\t") for row in rows)
    return {int(row[2], 0): row[3] for row in found if len(row) > 3 and row[1] == "tls.handshake.ciphersuite"}


def facts(folder):
    suites, found = names(), {}
    count = max((int(row[0]) for row in tshark(folder, "-T", "fields", "-e", "tcp.stream") if row[0]), default=-1) + 1
    found["totals.connections"] = count
    arguments = [word for field in FIELDS for word in ("-e", field)]
    for stream, kinds, version, supported, suite, name, alpn, *_ in tshark(folder, "-Y", "tls.handshake", "-T", "fields", "-E", "occurrence=f", *arguments):
        path = f"connections[{stream}].negotiation.tls."
        if kinds == HELLO:
            found[path + "sni"] = name and quote(name)
        if kinds == ANSWER:
            found[path + "version"] = quote(VERSIONS[supported or version])
            found[path + "cipher"] = quote(suites[int(suite, 0)])
    every = tshark(folder, "-Y", "tls.handshake.type == 1", "-T", "fields", "-e", "tcp.stream", "-e", "tls.handshake.extensions_alpn_str")
    for stream, alpn in every:
        found[f"connections[{stream}].negotiation.tls.alpn_offered"] = "[" + ", ".join(map(quote, filter(None, alpn.split(",")))) + "]"
    chosen = "tls.handshake.type in {2, 8} && tls.handshake.extensions_alpn_str"
    for stream, alpn in tshark(folder, "-Y", chosen, "-T", "fields", "-e", "tcp.stream", "-e", "tls.handshake.extensions_alpn_str"):
        found[f"connections[{stream}].negotiation.tls.alpn_selected"] = quote(alpn.split(",")[-1])
    frames = collections.Counter()
    for stream, kinds in tshark(folder, "-Y", "http2.type", "-T", "fields", "-e", "tcp.stream", "-e", "http2.type"):
        frames[stream] += len(kinds.split(","))
    found["totals.frames"] = sum(frames.values())
    return {path: value for path, value in found.items() if value != ""}


def quote(text):
    return '"' + text + '"'


def main():
    folder, words = pathlib.Path(sys.argv[1]), sys.argv[2:]
    declared = collections.defaultdict(list)
    for word, value in zip(words[::2], words[1::2]):
        declared[word].append(value)
    lines = ["# Written by testdata/make; what is expected stands in make/tls.sh."]
    if declared["expect"]:
        lines.append("expect = [" + ", ".join(map(quote, declared["expect"])) + "]")
    lines += ["forbid = [" + ", ".join(map(quote, FORBIDDEN)) + "]", "", "[facts]"]
    lines += [f"{quote(path)} = {value}" for path, value in facts(folder).items() if path not in declared["differs"]]
    (folder / "capture.pcap.h2lint.toml").write_text("\n".join(lines) + "\n")


main()
