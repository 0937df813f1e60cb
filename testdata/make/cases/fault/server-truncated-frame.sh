# The connection ends inside a DATA frame
#
# The last frame announces 100 octets; ten of them come, then the FIN.

programs python curl
expect 'truncated-frame-at-close@server' 'count(FRM012) == 1'
quiet_but FRM
tshark_miscounts 'it does not show the DATA frame whose payload is cut; its header was seen, so it counts.'

serve client faulty_server.py "$address" "$port" truncated-frame
record
curl -sS --http2-prior-knowledge -o "$work/1" "http://$address:$port/" || true
wait "$server_pid"
