# curl --http2 upgrades from HTTP/1.1 to h2c; Apache accepts with 101
#
# The answer comes on stream 1, which no HEADERS of the client opened. Connection 0 asks for a page, connection 1 with
# HEAD. Later rules add upgrade-deprecated@client (info).

programs curl apache
quiet
no_blind_spots
tshark_reads_as http
fact 'connections[0].negotiation.upgrade.outcome' '"accepted"'
fact 'connections[0].negotiation.upgrade.status' 101

serve_apache
record
curl -sS --http2 -o "$work/1" "http://$address:$port/index.html"
curl -sS --http2 -I -o "$work/2" "http://$address:$port/style.css"
