# The same silent multiplexer; curl sends HEADERS at once and never notices
#
# Preface, SETTINGS and HEADERS leave in one flight, so the server's SETTINGS come after HEADERS as they do with every
# server. Without a quiet interval nothing can be concluded, and nothing may be said. curl shows the gRPC answer as it
# is.

programs cmux curl grpc-go x/net go
quiet
no_blind_spots

serve "$echo_go" multiplex "$address:$port" lazy grpc
record
printf '\0\0\0\0\005hello' |
  curl -sS --http2-prior-knowledge -H 'content-type: application/grpc' -H 'te: trailers' --data-binary @- \
    -o "$work/answer" "http://$address:$port/capture.Echo/Say"
