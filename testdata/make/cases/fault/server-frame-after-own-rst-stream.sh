# The server resets the stream and then ends it with DATA
#
# HEADERS, DATA, RST_STREAM CANCEL, DATA with END_STREAM, in one flight.

programs python curl
expect 'frame-after-rst-stream-sent@server' 'count(STS007) == 1'
quiet_but STS

serve client faulty_server.py "$address" "$port" frame-after-own-rst-stream
record
curl -sS --http2-prior-knowledge -o "$work/1" "http://$address:$port/" || true
wait "$server_pid"
