#!/usr/bin/env python3
"""Decodes field blocks with libnghttp2, for a comparison with another decoder.

Reads lines: `new` begins a connection, `limit OCTETS` is an acknowledged SETTINGS_HEADER_TABLE_SIZE, `block HEX` a field block.
Writes a line for each block: `ok NAME:VALUE …` in hexadecimal, or `error CODE`. Exit code 77: there is no libnghttp2.
"""
import ctypes
import ctypes.util
import sys


class Nv(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("value", ctypes.c_void_p), ("namelen", ctypes.c_size_t),
                ("valuelen", ctypes.c_size_t), ("flags", ctypes.c_uint8)]


EMIT, FINAL = 2, 1

try:
    library = ctypes.CDLL(ctypes.util.find_library("nghttp2") or "libnghttp2.so.14")
except OSError:
    sys.exit(77)
inflate_hd = library.nghttp2_hd_inflate_hd2
inflate_hd.restype = ctypes.c_ssize_t
inflate_hd.argtypes = [ctypes.c_void_p, ctypes.POINTER(Nv), ctypes.POINTER(ctypes.c_int), ctypes.c_char_p, ctypes.c_size_t,
                       ctypes.c_int]
library.nghttp2_hd_inflate_change_table_size.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


def decode(inflater, block):
    fields, nv, flags, at = [], Nv(), ctypes.c_int(), 0
    while True:
        flags.value = 0
        rest = block[at:]
        used = inflate_hd(inflater, ctypes.byref(nv), ctypes.byref(flags), rest, len(rest), 1)
        if used < 0:
            return f"error {used}"
        at += used
        if flags.value & EMIT:
            fields.append(ctypes.string_at(nv.name, nv.namelen).hex() + ":" + ctypes.string_at(nv.value, nv.valuelen).hex())
        if flags.value & FINAL:
            library.nghttp2_hd_inflate_end_headers(inflater)
            return " ".join(["ok", *fields])
        if used == 0 and not flags.value & EMIT:
            return "error 0"


inflater = ctypes.c_void_p()
library.nghttp2_hd_inflate_end_headers.argtypes = [ctypes.c_void_p]
library.nghttp2_hd_inflate_del.argtypes = [ctypes.c_void_p]
for line in sys.stdin:
    word, _, value = line.strip().partition(" ")
    if word == "new":
        if inflater:
            library.nghttp2_hd_inflate_del(inflater)
        inflater = ctypes.c_void_p()
        library.nghttp2_hd_inflate_new(ctypes.byref(inflater))
    elif word == "limit":
        library.nghttp2_hd_inflate_change_table_size(inflater, int(value))
    elif word == "block":
        print(decode(inflater, bytes.fromhex(value)), flush=False)
