"""The same packets in another kind of file: rewrite.py big-endian|cut FILE OUT.

big-endian: the file header and the record headers with their octets turned round. cut: the file ends in the middle of its
largest record, as after a full disk.
"""
import pathlib, struct, sys


def main(how, source, target):
    octets = pathlib.Path(source).read_bytes()
    pathlib.Path(target).write_bytes({"big-endian": big_endian, "cut": cut}[how](octets))


def big_endian(octets):
    out = struct.pack(">IHHiIII", *struct.unpack_from("<IHHiIII", octets))
    for at, length in records(octets):
        out += struct.pack(">IIII", *struct.unpack_from("<IIII", octets, at)) + octets[at + 16:at + 16 + length]
    return out


def cut(octets):
    at, length = max(records(octets), key=lambda record: record[1])
    return octets[:at + 16 + length // 2]


def records(octets):
    at = 24
    while at < len(octets):
        length = struct.unpack_from("<I", octets, at + 8)[0]
        yield at, length
        at += 16 + length


if __name__ == "__main__":
    main(*sys.argv[1:])
