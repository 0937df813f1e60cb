#!/usr/bin/env bash
# Makes the captures under testdata/captures from real programs: all of them, a topic, or single cases.
#
#   make.sh [--keep] [TOPIC | TOPIC/CASE]...   make these (default: all, about five minutes); --keep: only what is missing
#   make.sh --check                            count again what is there, make nothing
#   make.sh --index                            write captures/README.md again
#
# A case is a file cases/<topic>/<case>.sh. It runs as root in network and process namespaces of its own, so that the capture
# holds nothing else and nothing it started outlives it. What a case needs is named in captures/README.md.
set -euo pipefail
export PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
captures=$(cd "$here/.." && pwd)/captures
seconds_per_case=120

main() {
  case ${1:-} in
    --inside) shift; make_one_inside "$@"; return ;;
    --check) check; return ;;
    --index) index; return ;;
  esac
  local keep=no
  if [ "${1:-}" = --keep ]; then keep=yes; shift; fi
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  build_go_programs
  local name failed=0
  for name in $(cases "$@"); do
    if [ $keep = yes ] && [ -d "$captures/$name" ]; then continue; fi
    make_one "$name" || { echo "FAILED $name" >&2; failed=1; }
  done
  index
  return $failed
}

# The names that the arguments mean; no argument means all.
cases() {
  local name want
  for name in $(cd "$here/cases" && find . -name '*.sh' | sed 's,^\./,,; s,\.sh$,,' | sort); do
    [ $# -gt 0 ] || { echo "$name"; continue; }
    for want in "$@"; do
      case $name in "$want" | "$want"/*) echo "$name" ;; esac
    done
  done
}

# Debian's Go packages are a GOPATH tree; dpkg knows where.
build_go_programs() {
  local tree
  tree=$(dpkg -L golang-golang-x-net-dev | sed -n 's,/src/golang.org$,,p' | head -n 1)
  (cd "$here/programs" && GO111MODULE=off GOPATH=$tree GOFLAGS= CGO_ENABLED=0 GOCACHE="$scratch/go-cache" \
    go build -o "$scratch/echo-go" ./echo-go)
}

make_one() {
  local name=$1 work
  work=$(mktemp -d "$scratch/case.XXXXXX")
  chmod 755 "$scratch" "$work"
  mkdir "$work/out"
  echo "making $name"
  if ! timeout --kill-after=5 "$seconds_per_case" unshare --net --pid --fork --kill-child --mount-proc \
    "$here/make.sh" --inside "$name" "$work" "$scratch" >"$work/log" 2>&1; then
    tail -n 40 "$work/log" >&2
    return 1
  fi
  python3 "$here/sidecar.py" "$name" "$work/out" "$work/declared" "$here/cases/$name.sh" || return 1
  mkdir -p "$captures/$name"
  rm -f "$captures/$name"/*
  cp "$work/out"/* "$captures/$name/"
}

make_one_inside() {
  local name=$1
  work=$2
  go_programs=$3
  topic=${name%%/*}
  # shellcheck source=lib.sh
  . "$here/lib.sh"
  prepare
  # shellcheck source=/dev/null
  . "$here/cases/$name.sh"
  finish
}

check() {
  python3 "$here/count.py" --check "$captures"
}

index() {
  python3 "$here/sidecar.py" --index "$here/cases" "$captures"
}

main "$@"
