# nginx is told to quit during a slow download
#
# GOAWAY NO_ERROR while stream 3 waits for credit; the client gives it, stream 3 is finished, then the connection
# closes. Later rules may add no-two-step-shutdown.

programs python nginx
quiet
no_blind_spots
fact 'connections[0].goaway[0].by' '"server"'
fact 'connections[0].goaway[0].error_code' '"NO_ERROR"'
fact 'connections[0].goaway[0].last_stream_id' 3

serve_nginx http2
record
client lawful_client.py "$address" "$port" until-told-to-go &
client_pid=$!
sleep 1
kill -QUIT "$server_pid"
wait "$client_pid"
