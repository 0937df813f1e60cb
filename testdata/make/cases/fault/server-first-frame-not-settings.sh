# The server's first frame is WINDOW_UPDATE
#
# Its SETTINGS come right behind, too late by one frame.

programs python nghttp
expect 'server-first-frame-not-settings@server' 'count(PRE002) == 1'
quiet_but PRE

serve client faulty_server.py "$address" "$port" first-frame-not-settings
record
timeout 20 nghttp -n "http://$address:$port/" || true
wait "$server_pid"
