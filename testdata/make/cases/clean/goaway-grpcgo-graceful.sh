# grpc-go stops gracefully during a call of two seconds
#
# GOAWAY with the highest identifier and PING, then GOAWAY with the last stream; the call is finished before the
# connection closes. Connection 1 is the client's attempt to have a fresh one, refused by TCP. Later rules may add
# tcp-connect-failed (info).

programs grpc-go go
quiet
unscored 'connections[1].negotiation.via'
fact 'connections[0].goaway[0].last_stream_id' 2147483647
fact 'connections[0].goaway[1].last_stream_id' 1

serve "$echo_go" serve "$address:$port"
record
"$echo_go" slow-call "$address:$port" &
client_pid=$!
sleep 1
kill -TERM "$server_pid"
wait "$client_pid"
