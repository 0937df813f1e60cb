# curl --http1.1 knocks at nghttpd, which speaks only HTTP/2
#
# The server sends its SETTINGS, as it does to everybody; curl cannot read them, and the connection ends. An octet stream that does
# not begin like HTTP/2 is another protocol and no bad preface. Later rules add http1-request-to-h2-only.

programs curl nghttpd
quiet
unscored 'connections[0].negotiation.via'
fact 'connections[0].http2' true

serve_nghttpd
record
curl -sS --http1.1 -o "$work/1" "http://$address:$port/" || true
