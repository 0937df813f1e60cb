# The server sends ENABLE_PUSH=1
#
# A parameter that only clients may set to 1.

programs python nghttp
expect 'server-enables-push@server' 'count(SET005) == 1'
quiet_but SET

serve client faulty_server.py "$address" "$port" enable-push-by-server
record
timeout 20 nghttp -n "http://$address:$port/" || true
wait "$server_pid"
