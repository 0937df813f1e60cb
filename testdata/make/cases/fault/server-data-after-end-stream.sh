# The server goes on after its END_STREAM
#
# A whole answer, and one DATA frame more.

programs python nghttp
expect 'data-after-end-stream@server' 'count(STS005) == 1'
quiet_but STS

serve client faulty_server.py "$address" "$port" data-after-end-stream
record
timeout 20 nghttp -n "http://$address:$port/" || true
wait "$server_pid"
