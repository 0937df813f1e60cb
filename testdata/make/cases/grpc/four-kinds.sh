# gRPC in its four kinds, grpcio to grpcio, and one call that fails
#
# Unary, client-streaming, server-streaming, bidirectional, then a unary call that ends with FAILED_PRECONDITION. Later
# rules may add grpc-error-status.

programs grpcio
quiet
no_blind_spots

serve client grpcio_echo.py serve "$address" "$port"
record
client grpcio_echo.py call "$address" "$port"
