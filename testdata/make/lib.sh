# The words that case files are written in. Sourced by make.sh, inside the namespaces of one case.
#
# From make.sh: here, work (scratch of this case), topic, go_programs (folder of the built Go programs).

# A port for each topic; none of them is known for any protocol.
port_of_topic() {
  case $topic in
    cmux) echo 31050 ;; h2c) echo 32080 ;; grpc) echo 33051 ;; fault) echo 34090 ;; clean) echo 35081 ;; *) echo 36082 ;;
  esac
}

prepare() {
  out=$work/out
  declared=$work/declared
  programs_dir=$here/programs
  echo_go=$go_programs/echo-go
  capture=$out/capture.pcap
  port=$(port_of_topic)
  peer_pid=
  address=127.0.0.1
  tcpdump_pid=
  : >"$declared"
  ip link set lo up
  make_www
}

# ---- What a case declares -------------------------------------------------------------------------------------------

expect() { printf 'expect\t%s\n' "$@" >>"$declared"; }
forbid() { printf 'forbid\t%s\n' "$@" >>"$declared"; }
fact() { printf 'fact\t%s\t%s\n' "$1" "$2" >>"$declared"; }
# Numbers that may rightly differ: `unscored totals.streams`, `unscored connections[0].frames.client`.
unscored() { printf 'unscored\t%s\n' "$@" >>"$declared"; }
# Where tshark counts wrong, and why; the numbers are then those of count.py.
tshark_miscounts() { printf 'miscount\t%s\n' "$1" >>"$declared"; }
# How tshark has to read the port, where it is not http2.
tshark_reads_as() { printf 'decode\t%s\n' "$1" >>"$declared"; }
# The whole conversation lies open in the capture: nothing may be left unjudged.
no_blind_spots() { printf 'blind_spots\t0\n' >>"$declared"; }

# Every rule of the areas PRE, SET, FRM, CON, STS, SID that accuses. Left out is what only states facts: PRE005, PRE009,
# SET013, STS014.
accusing="PRE001 PRE002 PRE003 PRE004 PRE006 PRE007 PRE008 PRE010 SET00* SET010 SET011 SET012 FRM* CON*
  STS00* STS010 STS011 STS012 STS013 STS015 SID*"

quiet() {
  local - # the stars are for the sidecar, not for files that lie here
  set -f
  # shellcheck disable=SC2086
  forbid $accusing
}

# quiet_but STS FRM: as quiet, but these areas may speak.
quiet_but() {
  local - rule
  set -f
  for rule in $accusing; do
    case " $* " in *" ${rule:0:3} "*) ;; *) forbid "$rule" ;; esac
  done
}

# The programs of a case, with versions, for about.md.
programs() {
  local program
  for program in "$@"; do printf 'program\t%s\n' "$(version_of "$program")" >>"$declared"; done
}

version_of() {
  case $1 in
    nghttp | nghttpd | nghttpx | h2load) echo "$1 $("$1" --version | sed 's,.*nghttp2/,,')" ;;
    curl) echo "curl $(curl --version | awk 'NR == 1 { print $2 }')" ;;
    nginx) nginx -v 2>&1 | sed 's,.*nginx/,nginx ,' ;;
    apache) apache2 -v | sed -n 's,.*Apache/\([0-9.]*\).*,Apache httpd \1,p' ;;
    node) echo "Node.js $(node --version)" ;;
    grpcio | h2) echo "$1 $(python3 -c 'import sys, importlib.metadata as m; print(m.version(sys.argv[1]))' "$1")" ;;
    cmux) debian_version soheilhy/cmux golang-github-soheilhy-cmux-dev ;;
    grpc-go) debian_version grpc-go golang-google-grpc-dev ;;
    x/net) debian_version golang.org/x/net/http2 golang-golang-x-net-dev ;;
    go) go version | awk '{ sub("go", "", $3); print "Go " $3 }' ;;
    python) python3 -c 'import platform; print("a hand-written peer in Python", platform.python_version())' ;;
    *) echo "no version known of $1" >&2; return 1 ;;
  esac
}

debian_version() { echo "$1 $(dpkg-query -W -f '${Version}' "$2" | sed 's,^[0-9]*:,,; s,[-+].*,,')"; }

# ---- Recording ------------------------------------------------------------------------------------------------------

# record [tcpdump options]: starts tcpdump (on lo, if nothing is said) and comes back when it listens.
record() {
  [ $# -gt 0 ] || set -- -i lo
  tcpdump -Z root -U -B 65536 --immediate-mode -n -s 0 -w "$capture" "$@" 2>"$work/tcpdump.log" &
  tcpdump_pid=$!
  until grep -q 'listening on' "$work/tcpdump.log"; do
    kill -0 "$tcpdump_pid"
    sleep 0.05
  done
  sleep 0.2
}

# The same with dumpcap, which writes pcapng.
record_pcapng() {
  capture=$out/capture.pcapng
  dumpcap -q -i lo -w "$capture" >"$work/tcpdump.log" 2>&1 &
  tcpdump_pid=$!
  until grep -q '^File:' "$work/tcpdump.log"; do
    kill -0 "$tcpdump_pid"
    sleep 0.05
  done
  sleep 0.5
}

stop_recording() {
  sleep "${1:-0.5}"
  kill -INT "$tcpdump_pid"
  wait "$tcpdump_pid" || true
  tcpdump_pid=
  cat "$work/tcpdump.log"
  grep -q -E '^0 packets dropped by kernel|dropped on interface.*/0 ' "$work/tcpdump.log"
}

# part NUMBER OF FILE: one of so many parts of the file, from 1.
part() {
  local size=$((($(stat -c %s "$3") + $2 - 1) / $2))
  tail -c "+$((($1 - 1) * size + 1))" "$3" | head -c "$size"
}

finish() {
  if [ -n "$tcpdump_pid" ]; then stop_recording; fi
}

# ---- Servers and clients --------------------------------------------------------------------------------------------

# serve COMMAND...: in the background, until the case is over; comes back when $port is open. With a wire: at its other end.
serve() {
  if [ -n "$peer_pid" ]; then
    in_peer "$@" >"$work/server.log" 2>&1 &
    server_pid=$!
    wait_for_port "$port" in_peer
  else
    "$@" >"$work/server.log" 2>&1 &
    server_pid=$!
    wait_for_port "$port"
  fi
}

# wait_for_port PORT [COMMAND...]: COMMAND is put before ss, to look in another namespace.
wait_for_port() {
  local i
  for i in $(seq 200); do
    [ -z "$("${@:2}" ss -Hltn "sport = :$1")" ] || return 0
    sleep 0.05
  done
  cat "$work/server.log"
  echo "nothing listens on port $1 after $i looks"
  return 1
}

# A handful of small files to serve.
make_www() {
  www=$work/www
  mkdir "$www"
  printf '<!doctype html><title>small</title><link rel=stylesheet href=style.css><p>A small page.\n' >"$www/index.html"
  printf 'p { color: #345 }\n' >"$www/style.css"
  printf 'let answer = 42;\n' >"$www/script.js"
  seq 1 4000 | head -c 20000 >"$www/numbers.txt"
  chmod -R a+rX "$www"
}

serve_nghttpd() { serve nghttpd --no-tls -a "$address" -d "$www" "$@" "$port"; }

# serve_nginx http2|'' ['further server directives']
serve_nginx() {
  cat >"$work/nginx.conf" <<CONF
daemon off; user root; worker_processes 1; pid $work/nginx.pid; error_log $work/nginx-error.log;
events { worker_connections 64; }
http {
  access_log off; default_type text/plain; client_body_temp_path $work/body; proxy_temp_path $work/proxy;
  fastcgi_temp_path $work/fastcgi; uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
  server { listen $address:$port ${1:-}; root $www; ${2:-} }
}
CONF
  serve nginx -e "$work/nginx-error.log" -p "$work" -c "$work/nginx.conf"
}

serve_apache() {
  local modules module
  modules=$(dpkg -L apache2-bin | grep -m 1 '/modules$')
  {
    for module in mpm_event authz_core http2; do echo "LoadModule ${module}_module $modules/mod_$module.so"; done
    cat <<CONF
ServerName apache.test
Listen $address:$port
User www-data
Group www-data
PidFile $work/apache.pid
DefaultRuntimeDir $work
ErrorLog $work/apache-error.log
Protocols h2c http/1.1
DocumentRoot $www
<Directory $www>
  Require all granted
</Directory>
CONF
  } >"$work/apache.conf"
  serve apache2 -X -d "$work" -f "$work/apache.conf"
}

client() { PYTHONPATH=$programs_dir timeout 60 python3 "$programs_dir/$1" "${@:2}"; }

# ---- Two machines ---------------------------------------------------------------------------------------------------

# make_wire MILLISECONDS [--vlan ID]: a second namespace, 10.9.0.2, at the other end of a wire (wire.py); here is 10.9.0.1.
make_wire() {
  unshare --net sleep 100 &
  peer_pid=$!
  until [ "$(readlink "/proc/$peer_pid/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  in_peer ip link set lo up
  python3 "$programs_dir/wire.py" "$peer_pid" "$@" >"$work/wire.log" 2>&1 &
  until grep -q ready "$work/wire.log"; do
    kill -0 $!
    sleep 0.05
  done
  address=10.9.0.2
}

in_peer() { nsenter --net="/proc/$peer_pid/ns/net" "$@"; }

# The small conversation that the captures of formats and links have in common: two files in one connection.
small_conversation() {
  local host=$address
  case $host in *:*) host="[$host]" ;; esac
  nghttp -n "http://$host:$port/" "http://$host:$port/style.css"
}
