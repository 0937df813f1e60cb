# curl with prior knowledge asks nginx: GET, HEAD, and a page that is not there
#
# Three connections with a request each: this curl cannot use a cleartext HTTP/2 connection twice.

programs curl nginx
quiet
no_blind_spots

serve_nginx http2
record
curl -sS --http2-prior-knowledge -o "$work/1" "http://$address:$port/numbers.txt"
curl -sS --http2-prior-knowledge -I -o "$work/2" "http://$address:$port/"
curl -sS --http2-prior-knowledge -o "$work/3" "http://$address:$port/missing"
