# An HTTP/2 preface knocks at a server that speaks only HTTP/1.1
#
# curl with prior knowledge, then nghttp, against nginx without http2: the answer is the text "HTTP/1.1 400 Bad
# Request". Nothing of what follows from "no SETTINGS came" may be said. Later rules add http1-answer-to-preface@unknown
# on both connections.

programs curl nghttp nginx
quiet
tshark_reads_as http
fact 'connections[0].http2' true

serve_nginx ''
record
curl -sS --http2-prior-knowledge -o "$work/1" "http://$address:$port/" || true
nghttp -n "http://$address:$port/" || true
