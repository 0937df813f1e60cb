# The repaired multiplexer in front of grpc-go: two initial SETTINGS, and it works
#
# cmux with HTTP2MatchHeaderFieldSendSettings writes an empty SETTINGS at once; grpc-go behind it writes its own after
# HEADERS and does not mind the second ACK. Three calls, one of them with status NOT_FOUND. Legal:
# second-initial-settings is a fact, not a fault. Later rules may add grpc-error-status.

programs cmux grpc-go x/net go
expect 'second-initial-settings@server'
quiet
no_blind_spots

serve "$echo_go" multiplex "$address:$port" eager grpc
record
"$echo_go" call "$address:$port"
