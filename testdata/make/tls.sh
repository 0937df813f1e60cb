#!/usr/bin/env bash
# Makes the captures under testdata/captures/tls, one for each suite and version, from real programs; and measures what servers put
# into their first sealed records.
#
#   tls.sh [CASE]...      make these (default: all)
#   tls.sh --measure      print the lengths of the records of servers' first flights, by server and by what the client offers
#
# As root on Linux; needs tcpdump, openssl, gnutls-bin, nghttp2, curl, nginx, nodejs, golang, python3, a JDK. Each case holds capture.pcap,
# capture.keys (secrets of these connections only), about.md, and the sidecar with what tshark reads with these keys.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
captures=$(cd "$here/.." && pwd)/captures/tls
programs=$here/programs/tls
port=31443

main() {
  if [ "${1:-}" != --inside ]; then
    exec unshare --net --pid --fork --kill-child --mount-proc "$here/tls.sh" --inside "$@"
  fi
  shift
  ip link set lo up
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  certificates
  (cd "$programs" && GO111MODULE=off GOFLAGS= CGO_ENABLED=0 GOCACHE="$work/go" go build -o "$work/echo-go" echo.go)
  if [ "${1:-}" = --measure ]; then measure; return; fi
  [ $# -gt 0 ] || set -- $(declare -F | sed -n 's/^declare -f case_//p' | tr _ -)
  for name in "$@"; do make "$name"; done
}

certificates() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=tls.test \
    -addext 'subjectAltName=DNS:tls.test,DNS:*.tls.test,IP:127.0.0.1' -keyout ec.key -out ec.pem 2>/dev/null
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=tls.test -keyout rsa.key -out rsa.pem 2>/dev/null
  openssl pkcs12 -export -in ec.pem -inkey ec.key -out ec.p12 -passout pass:secret
  echo "hello over TLS" >index.html
}

make() {
  local name=$1 out=$captures/$1
  rm -f keys session
  : >keys
  : >tcpdump.log
  mkdir -p "$out"
  tcpdump -Z root -U -B 65536 --immediate-mode -n -s 0 -i lo -w "$out/capture.pcap" "tcp port $port" 2>tcpdump.log &
  local tap=$!
  until grep -q 'listening on' tcpdump.log; do sleep 0.05; done
  about= expected=()
  "case_${name//-/_}" >case.log 2>&1 || { cat case.log; exit 1; }
  sleep 0.3
  kill -INT $tap; wait $tap || true
  stop
  grep -E '^[A-Z]' keys >"$out/capture.keys" || true
  printf '%s\n\nMade by `testdata/make/tls.sh %s` with %s.\n' "$about" "$name" "$(openssl version | cut -d' ' -f1,2)" >"$out/about.md"
  python3 "$here/tls_sidecar.py" "$out" ${expected[@]+"${expected[@]}"} 2>/dev/null
  echo "$name: $(stat -c %s "$out/capture.pcap") octets, $(wc -l <"$out/capture.keys") lines of keys"
}

serve() {
  "$@" >server.log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    [ -z "$(ss -Hltn "sport = :$port")" ] || return 0
    sleep 0.05
  done
  cat server.log; return 1
}

stop() { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }

s_server() { serve openssl s_server -accept $port -cert ec.pem -key ec.key -alpn h2,http/1.1 -www "$@"; }
s_client() {
  { printf 'GET / HTTP/1.0\r\n\r\n'; sleep 0.4; } |
    timeout 5 openssl s_client -connect 127.0.0.1:$port -keylogfile keys -servername tls.test "$@" || true
}

# Suites of TLS 1.3 and 1.2 that are opened.
of_tls13() { about="TLS 1.3 with $1"; s_server; s_client -tls1_3 -ciphersuites "$1" -alpn h2,http/1.1; }
of_tls12() {
  about="TLS 1.2 with $1${2:+, $2}"
  s_server ${2:+"$2"} -cert2 rsa.pem -key2 rsa.key -dcert rsa.pem -dkey rsa.key -cipher ALL:@SECLEVEL=0
  s_client -tls1_2 -cipher "$1:@SECLEVEL=0" -alpn http/1.1
}
case_tls13_aes128() { of_tls13 TLS_AES_128_GCM_SHA256; }
case_tls13_aes256() { of_tls13 TLS_AES_256_GCM_SHA384; }
case_tls13_chacha() { of_tls13 TLS_CHACHA20_POLY1305_SHA256; }
case_tls12_ecdhe_aes128() { of_tls12 ECDHE-ECDSA-AES128-GCM-SHA256; }
case_tls12_ecdhe_aes256() { of_tls12 ECDHE-RSA-AES256-GCM-SHA384; }
case_tls12_ecdhe_chacha() { of_tls12 ECDHE-ECDSA-CHACHA20-POLY1305; }
case_tls12_dhe_aes128() { of_tls12 DHE-RSA-AES128-GCM-SHA256; }
case_tls12_dhe_chacha() { of_tls12 DHE-RSA-CHACHA20-POLY1305; }
case_tls12_rsa_aes128() { of_tls12 AES128-GCM-SHA256; }
case_tls12_rsa_aes256() { of_tls12 AES256-GCM-SHA384; }
case_tls12_cbc() { of_tls12 ECDHE-ECDSA-AES128-SHA; }
case_tls12_cbc_mac_first() { of_tls12 ECDHE-RSA-AES128-SHA -no_etm; }
case_tls12_cbc_sha256() { of_tls12 AES256-SHA256 -no_etm; }
case_tls12_cbc_sha384() { of_tls12 ECDHE-ECDSA-AES256-SHA384; }
# And some that are not.
case_tls12_ccm() { of_tls12 ECDHE-ECDSA-AES128-CCM; }
case_tls13_ccm() { about="TLS 1.3 with TLS_AES_128_CCM_SHA256"; s_server -ciphersuites TLS_AES_128_CCM_SHA256; s_client -ciphersuites TLS_AES_128_CCM_SHA256; }

case_tls12_ticket() {
  about="TLS 1.2, resumed by ticket; the key log has the first session only"
  s_server; s_client -tls1_2 -sess_out session; cp keys first; s_client -tls1_2 -sess_in session; cp first keys
}
case_tls12_session_id() {
  about="TLS 1.2, resumed by session id; the key log has the first session only"
  s_server -no_ticket; s_client -tls1_2 -sess_out session; cp keys first; s_client -tls1_2 -sess_in session; cp first keys
}
case_tls13_psk() {
  about="TLS 1.3, resumed by PSK"
  s_server; s_client -sess_out session; s_client -sess_in session
}
# s_server -early_data reads what to say from its standard input, which stays open.
early_server() {
  serve bash -c 'exec openssl s_server -accept "$@" -cert ec.pem -key ec.key -early_data < <(sleep 60)' early $port "$@"
}
early() {
  printf 'GET /early HTTP/1.0\r\n' >early.txt
  s_client -sess_out session
}
case_tls13_early_data() {
  about="TLS 1.3, 0-RTT data accepted"
  early_server
  early; s_client -sess_in session -early_data early.txt
}
case_tls13_early_data_rejected() {
  about="TLS 1.3, 0-RTT data rejected: the server was started again and knows no tickets"
  early_server
  early; stop; early_server
  s_client -sess_in session -early_data early.txt
}
case_tls13_early_data_retried() {
  about="TLS 1.3, 0-RTT data rejected by HelloRetryRequest"
  early_server
  early; stop; early_server -groups P-384
  s_client -sess_in session -early_data early.txt -groups X25519:P-384
}
case_tls13_retry() { about="TLS 1.3 with HelloRetryRequest"; s_server -groups P-384; s_client -groups X25519:P-384 -alpn h2; }
case_tls13_padded() { about="TLS 1.3, records padded to 512 octets by both sides"; s_server -record_padding 512; s_client -record_padding 512; }
case_tls13_small_records() { about="TLS 1.3, records of 512 octets: messages are split over them"; s_server -max_send_frag 512; s_client -max_send_frag 512; }
case_tls12_small_records() { about="TLS 1.2, records of 512 octets: messages are split over them"; s_server -max_send_frag 512; s_client -tls1_2 -max_send_frag 512; }
case_tls13_key_update() {
  about="TLS 1.3, keys updated by the client, which asks the server to do the same"
  serve openssl s_server -accept $port -cert ec.pem -key ec.key -rev
  { echo one; sleep 0.3; echo K; sleep 0.3; echo two; sleep 0.3; echo K; sleep 0.3; echo three; sleep 0.4; } |
    timeout 5 openssl s_client -connect 127.0.0.1:$port -keylogfile keys || true
}
case_tls12_renegotiation() {
  about="TLS 1.2, renegotiated by the client between data"
  serve openssl s_server -accept $port -cert ec.pem -key ec.key -rev -client_renegotiation
  { echo one; sleep 0.3; echo R; sleep 0.3; echo two; sleep 0.4; } |
    timeout 5 openssl s_client -connect 127.0.0.1:$port -keylogfile keys -tls1_2 || true
}
case_tls13_no_alpn_answer() { about="TLS 1.3, ALPN offered and not answered"; expected=(expect NEG002@server); serve openssl s_server -accept $port -cert ec.pem -key ec.key -www; s_client -alpn h2; }
case_alert_120() { about="ALPN without a common protocol"; expected=(expect NEG009@server expect 'count(NEG009) == 2'); s_server; s_client -alpn h9; s_client -alpn h9 -tls1_2; }
case_tls12_npn() {
  about="TLS 1.2, http/1.1 chosen by NPN; the client offers no ALPN"
  expected=(expect NEG008@client expect NEG008@server)
  serve openssl s_server -accept $port -cert ec.pem -key ec.key -nextprotoneg h2,http/1.1 -www
  s_client -tls1_2 -nextprotoneg http/1.1
}
case_tls10() { about="TLS 1.0"; s_server -cipher ALL:@SECLEVEL=0; s_client -tls1 -cipher ALL:@SECLEVEL=0; }
case_tls11() { about="TLS 1.1"; s_server -cipher ALL:@SECLEVEL=0; s_client -tls1_1 -cipher ALL:@SECLEVEL=0; }

case_nghttpd_curl() {
  about="nghttpd and curl, HTTP/2 over TLS 1.3"
  serve nghttpd -d "$work" $port ec.key ec.pem
  SSLKEYLOGFILE=$work/keys curl -sk --http2 https://127.0.0.1:$port/index.html
}
case_nginx_curl() {
  about="nginx and curl, HTTP/2 over TLS 1.2 and 1.3"
  cat >nginx.conf <<EOF
daemon off; pid $work/nginx.pid; error_log $work/error.log; events {}
http { access_log off; server { listen 127.0.0.1:$port ssl http2; ssl_protocols TLSv1.2 TLSv1.3;
  ssl_certificate $work/ec.pem; ssl_certificate_key $work/ec.key; location / { return 200 ok; } } }
EOF
  chmod 755 "$work"
  serve nginx -c "$work/nginx.conf"
  SSLKEYLOGFILE=$work/keys curl -sk --http2 --resolve tls.test:$port:127.0.0.1 "https://tls.test:$port/"
  SSLKEYLOGFILE=$work/keys curl -sk --http2 --tls-max 1.2 --resolve tls.test:$port:127.0.0.1 "https://tls.test:$port/"
}
case_go() { about="Go on both sides"; serve ./echo-go serve 127.0.0.1:$port ec.pem ec.key h2; ./echo-go ask 127.0.0.1:$port keys h2 http/1.1; }
case_node() { about="Node.js and Go"; serve node "$programs/echo.js" $port ec.pem ec.key node.keys h2; ./echo-go ask 127.0.0.1:$port keys h2; }
case_starttls() {
  about="SMTP, then TLS 1.3 behind STARTTLS"
  serve python3 "$programs/starttls.py" $port ec.pem ec.key
  { printf 'QUIT\r\n'; sleep 0.4; } | timeout 5 openssl s_client -connect 127.0.0.1:$port -starttls smtp -keylogfile keys || true
}
case_connect() {
  about="curl through a proxy: CONNECT, then HTTP/2 over TLS 1.3 with nghttpd"
  nghttpd -d "$work" $((port + 1)) ec.key ec.pem & behind=$!
  serve python3 "$programs/connect.py" $port
  SSLKEYLOGFILE=$work/keys curl -sk --http2 -x http://127.0.0.1:$port https://127.0.0.1:$((port + 1))/index.html
  kill $behind
}
case_gnutls() {
  about="GnuTLS on both sides, with record_size_limit"
  serve gnutls-serv --echo -p $port --x509certfile ec.pem --x509keyfile ec.key --alpn=h2
  { echo hi; sleep 0.4; } | SSLKEYLOGFILE=$work/keys timeout 5 gnutls-cli --insecure --alpn=h2 -p $port 127.0.0.1 || true
}

# ---- Lengths of the first sealed records ----------------------------------------------------------------------------

measure() {
  javac -d . "$programs/Echo.java"
  measured 'OpenSSL' openssl s_server -accept $port -cert ec.pem -key ec.key -alpn h2,http/1.1 -quiet
  measured 'GnuTLS' gnutls-serv --echo -p $port --x509certfile ec.pem --x509keyfile ec.key --alpn=h2 --alpn=http/1.1
  measured 'Go' ./echo-go serve 127.0.0.1:$port ec.pem ec.key h2 http/1.1
  measured 'Node.js' node "$programs/echo.js" $port ec.pem ec.key node.keys h2 http/1.1
  measured 'Python' python3 "$programs/echo.py" $port ec.pem ec.key python.keys h2 http/1.1
  measured 'Java' java Echo $port ec.p12 h2 http/1.1
  measured 'nghttpd' nghttpd $port ec.key ec.pem
}

measured() {
  local name=$1 relay
  serve "${@:2}"
  python3 "$programs/relay.py" $((port + 1)) $port &
  relay=$!
  sleep 0.5
  local offer
  for offer in '-alpn h2,http/1.1' '-alpn http/1.1 -servername tls.test' '-alpn h2 -servername tls.test' ''; do
    printf '%s, openssl s_client %s: ' "$name" "$offer"
    # shellcheck disable=SC2086
    { echo hi; sleep 0.3; } | timeout 3 openssl s_client -connect 127.0.0.1:$((port + 1)) $offer >/dev/null 2>&1 || true
    sleep 0.2
  done
  printf '%s, gnutls-cli: ' "$name"
  { echo hi; sleep 0.3; } | timeout 3 gnutls-cli --insecure --alpn=h2 -p $((port + 1)) 127.0.0.1 >/dev/null 2>&1 || true
  sleep 0.2
  kill $relay; wait $relay 2>/dev/null || true
  stop
}

main "$@"
