# Two unary calls and one that ends with NOT_FOUND, grpc-go to grpc-go
#
# grpc-go waits for the server's SETTINGS before it opens a stream, and estimates bandwidth with PING. Later rules may
# add grpc-error-status.

programs grpc-go go
quiet
no_blind_spots

serve "$echo_go" serve "$address:$port"
record
"$echo_go" call "$address:$port"
