#!/usr/bin/env python3
"""Scans a directory of captures with Spark: paths in, NDJSON out, by RDD.pipe.

usage: spark-submit contrib/spark/scan.py [--h2lint PROGRAM] [--parts N] [--out DIR] DIRECTORY [-- FLAG...]

Every executor must see DIRECTORY and PROGRAM under the same paths. Each task runs `h2lint scan` over its share of the captures and
hands on what that prints: one JSON object a line (`input`, `connection`, `stream`, `finding`, and a `summary` for each task). They
are written to --out, and the findings are counted by rule, the most frequent first. The exit code is 1 when one is an error, 3 when
a capture cannot be read.
"""

import argparse
import json
import os
import re
import shlex
import sys

from pyspark.sql import SparkSession

CAPTURE = re.compile(r"\.(pcap|pcapng|cap|dmp|dump)(\d*)(\.(gz|zst|lz4|xz|bz2))?$", re.IGNORECASE)

# What tcpdump and dumpcap rotate is one capture, and stays in one task.
NUMBER = re.compile(r"(?<=\.pcap)\d+$|(?<=\.cap)\d+$|_\d{5}_\d{14}(?=\.)|_\d{14}_\d{5}(?=\.)")

# 0, 1 and 4 are answers, 3 is an answer with a capture missing; anything else fails the task.
COMMAND = '{program} scan --files-from - --format ndjson --quiet {flags}; code=$?; test $code -le 4 -a $code -ne 2'


def captures(directory):
    """Paths of captures below a directory, those of one rotated set together, sorted."""
    sets = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            if CAPTURE.search(name):
                sets.setdefault(os.path.join(folder, NUMBER.sub("#", name)), []).append(os.path.join(folder, name))
    return ["\n".join(sorted(paths)) for _, paths in sorted(sets.items())]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("directory")
    parser.add_argument("--h2lint", default="h2lint", help="the program, as executors find it")
    parser.add_argument("--parts", type=int, help="tasks; default: two for each core that Spark has")
    parser.add_argument("--out", help="directory for the NDJSON, which must not exist")
    parser.add_argument("flags", nargs="*", metavar="-- FLAG", help="further flags of h2lint scan")
    words = parser.parse_args()

    found = captures(words.directory)
    if not found:
        parser.error(f"no captures below {words.directory}")
    spark = SparkSession.builder.appName("h2lint").getOrCreate()
    context = spark.sparkContext
    parts = min(words.parts or 2 * context.defaultParallelism, len(found))
    command = COMMAND.format(program=shlex.quote(words.h2lint), flags=shlex.join(words.flags))
    lines = context.parallelize(found, parts).pipe("sh -c " + shlex.quote(command), checkCode=True).cache()
    if words.out:
        lines.saveAsTextFile(words.out)

    rows = lines.map(json.loads)
    unreadable = rows.filter(lambda row: row["type"] == "input" and row["error"]).map(lambda row: row["path"])
    counts = rows.filter(lambda row: row["type"] == "finding").map(
        lambda row: ((row["rule"], row["name"], row["severity"], row["culprit"]["role"]), 1)
    )
    counts = counts.reduceByKey(lambda one, other: one + other).collect()
    for (rule, name, severity, role), count in sorted(counts, key=lambda entry: (-entry[1], entry[0])):
        print(f"{count:6}  {rule} {name}  {severity}  {role}")
    bad = sorted(unreadable.collect())
    for path in bad:
        print(f"not read in full: {path}")
    print(f"{rows.filter(lambda row: row['type'] == 'input').count()} files in {parts} tasks")
    spark.stop()
    if bad:
        sys.exit(3)
    sys.exit(any(severity == "error" for (_, _, severity, _), _ in counts))


if __name__ == "__main__":
    main()
