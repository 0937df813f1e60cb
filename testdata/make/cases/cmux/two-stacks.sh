# The multiplexer writes SETTINGS, the server behind it too, and stumbles over the second ACK
#
# Repaired only in half: cmux sends an empty SETTINGS while it looks for HEADERS, then hands the connection to
# golang.org/x/net/http2, which sends its own. curl acknowledges both, as it must. The server behind knows of one and
# closes with GOAWAY PROTOCOL_ERROR. The client is innocent: no unexpected-settings-ack. Later rules may link the lost
# request (error-explained, connection-lost-with-open-streams).

programs cmux curl x/net go
expect 'second-initial-settings@server' 'two-http2-stacks@server' 'count(PRE010) == 1'
quiet_but PRE
forbid PRE001 PRE002 PRE003 PRE004 PRE006 PRE007 PRE008
no_blind_spots
fact 'connections[0].goaway[0].by' '"server"'
fact 'connections[0].goaway[0].error_code' '"PROTOCOL_ERROR"'

serve "$echo_go" multiplex "$address:$port" eager http2
record
if curl -sS --http2-prior-knowledge -H 'content-type: application/grpc' --data hello "http://$address:$port/upload"; then
  echo "the request should have failed" && false
fi
