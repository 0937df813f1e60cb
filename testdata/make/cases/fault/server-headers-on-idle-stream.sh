# An answer on a stream that the client never opened
#
# HEADERS a hundred numbers above the request.

programs python nghttp
expect 'server-headers-on-idle-stream@server' 'count(STS004) == 1'
quiet_but STS
unscored totals.streams

serve client faulty_server.py "$address" "$port" headers-on-idle-stream
record
timeout 20 nghttp -n "http://$address:$port/" || true
wait "$server_pid"
