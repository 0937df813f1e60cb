# The same silent multiplexer, met by grpcio (gRPC C-core)
#
# As cmux/hang-grpcgo with another client: grpcio sends preface, SETTINGS and WINDOW_UPDATE, waits six seconds for the
# server's SETTINGS, and gives up without a request. Its second connection ends after half a second with the process:
# too soon to judge.

programs cmux grpcio x/net go
expect 'missing-server-settings@server' 'count(PRE001) == 1'
quiet_but PRE
forbid PRE002 PRE003 PRE006 PRE007 PRE008 PRE010
no_blind_spots
fact 'connections[0].started' '"syn"'
fact 'connections[0].ended' '"fin_client"'
fact 'connections[0].streams.opened' 0

serve "$echo_go" multiplex "$address:$port" lazy grpc
record
client grpcio_echo.py wait "$address" "$port" 6
