# DATA of 17000 octets to a client that allows 16384
#
# nghttp left MAX_FRAME_SIZE at its default.

programs python nghttp
expect 'frame-too-large@server' 'count(FRM001) == 1'
quiet_but FRM

serve client faulty_server.py "$address" "$port" frame-too-large
record
timeout 20 nghttp -n "http://$address:$port/" || true
wait "$server_pid"
