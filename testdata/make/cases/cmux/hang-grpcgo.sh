# A multiplexer waits for HEADERS, grpc-go waits for SETTINGS: both wait for ever
#
# The multiplexer (soheilhy/cmux with HTTP2HeaderField) reads in silence until it sees a content-type; the server behind
# it would write SETTINGS only then. The client sends preface and SETTINGS, gives the connection six seconds, and hangs
# up without a request. The server is to blame. Later rules add nothing: settings-deadlock (PRE004) folds into PRE001.

programs cmux grpc-go x/net go
expect 'missing-server-settings@server' 'count(PRE001) == 1'
quiet_but PRE
forbid PRE002 PRE003 PRE006 PRE007 PRE008 PRE010
no_blind_spots
fact 'connections[0].started' '"syn"'
fact 'connections[0].ended' '"fin_client"'
fact 'connections[0].streams.opened' 0

serve "$echo_go" multiplex "$address:$port" lazy grpc
record
"$echo_go" wait "$address:$port" 6
