#!/usr/bin/env python3
"""Writes what lies beside a capture: the sidecar with expectations and numbers, and about.md.

    sidecar.py NAME DIR DECLARED CASE_FILE    for the capture in DIR; DECLARED holds what the case file declared (lib.sh)
    sidecar.py --index CASES CAPTURES         CAPTURES/README.md, one line for each case

Numbers are tshark's. count.py counts a second time, and the two must agree unless the case says where tshark is wrong.
"""
import collections, pathlib, subprocess, sys, textwrap

import count

ENDS = ("FIN client", "FIN server", "RST client", "RST server")


def declarations(path):
    found = collections.defaultdict(list)
    for line in path.read_text().splitlines():
        word, *values = line.split("\t")
        found[word].append(values if len(values) > 1 else values[0])
    return found


def case_story(case_file):
    """(title, text) from the comment that opens a case file."""
    lines = []
    for line in case_file.read_text().splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    title, _, *rest = lines
    return title, " ".join(rest).strip()


def write(name, folder, declared, case_file):
    capture, = (f for f in folder.iterdir() if f.name.startswith("capture.pcap"))
    rows = count.own_count(capture)
    problems = [] if "miscount" in declared else disagreements(capture, rows, declared)
    cut = any(f[0] == "inputs[0].truncated_tail" and f[1] == "true" for f in declared["fact"])
    problems += [] if cut else unfinished(rows)
    if problems:
        sys.exit(f"{name}: " + "; ".join(problems))
    (folder / f"{capture.name}.h2lint.toml").write_text(sidecar(name, rows, declared))
    (folder / "about.md").write_text(about(name, case_file, declared))


def disagreements(capture, rows, declared):
    protocol = declared["decode"][0] if declared["decode"] else "http2"
    counted = count.tshark_count(capture, rows[0]["server_port"], protocol, len(rows))
    return [
        f"connection {i}: tshark counts {theirs}, count.py {row['frames']}"
        for i, (row, theirs) in enumerate(zip(rows, counted)) if row["frames"] != theirs
    ]


def unfinished(rows):
    for i, row in enumerate(rows):
        if "SYN client" not in row["seen"] or not any(end in row["seen"] for end in ENDS):
            return [f"connection {i} has no start or no end: {row['seen']}"]
    return []


def sidecar(name, rows, declared):
    facts = collected_facts(rows)
    for path in declared["unscored"]:
        facts = {k: v for k, v in facts.items() if not k.startswith(path)}
    facts |= {path: value for path, value in declared["fact"]}
    text = [f"# Written by testdata/make; what is expected stands in make/cases/{name}.sh."]
    for word in ("expect", "forbid"):
        if declared[word]:
            line = f"{word} = [" + ", ".join(quote(v) for v in declared[word]) + "]"
            text += textwrap.wrap(line, 110, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    if declared["blind_spots"]:
        text.append("blind_spots = 0")
    text += ["", "[facts]"] + [f"{quote(path)} = {value}" for path, value in facts.items()]
    return "\n".join(text) + "\n"


def collected_facts(rows):
    facts = {
        "totals.connections": len(rows),
        "totals.http2_connections": sum(row["http2"] for row in rows),
        "totals.streams": sum(row["streams"] for row in rows),
        "totals.frames": sum(sum(side.values()) for row in rows for side in row["frames"].values()),
    }
    for i, row in enumerate(rows):
        facts[f"connections[{i}].negotiation.via"] = quote(row["via"])
        for side in ("client", "server"):
            for kind, number in row["frames"][side].items():
                facts[f"connections[{i}].frames.{side}.{kind}"] = number
    return facts


def quote(text):
    return '"' + text + '"'


def about(name, case_file, declared):
    title, text = case_story(case_file)
    paragraphs = [text] if text else []
    if declared["miscount"]:
        paragraphs.append("tshark counts wrong here: " + declared["miscount"][0])
    made_with = ", ".join(declared["program"] + [tcpdump_version()])
    paragraphs.append(f"Programs: {made_with}. Made by `testdata/make/make.sh {name}`.")
    return f"# {name}: {title}\n\n" + "\n".join("\n".join(textwrap.wrap(p, 130, break_on_hyphens=False)) for p in paragraphs) + "\n"


def tcpdump_version():
    done = subprocess.run(["tcpdump", "--version"], capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines()[0].replace(" version", "")


def index(cases, captures):
    rows = []
    for case_file in sorted(cases.rglob("*.sh")):
        name = case_file.relative_to(cases).with_suffix("")
        rows.append(f"| [{name}]({name}/about.md) | {case_story(case_file)[0]} |")
    template = (pathlib.Path(__file__).parent / "captures-readme.md").read_text()
    (captures / "README.md").write_text(template.replace("@CASES@", "\n".join(rows)))


if __name__ == "__main__":
    if sys.argv[1] == "--index":
        index(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    else:
        write(sys.argv[1], pathlib.Path(sys.argv[2]), declarations(pathlib.Path(sys.argv[3])), pathlib.Path(sys.argv[4]))
