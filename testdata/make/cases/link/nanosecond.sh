# pcap with nanoseconds
#
# The magic number 0xa1b23c4d.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'connections[0].encapsulation' '["eth", "ipv4", "tcp"]'

serve_nghttpd
record -i lo --time-stamp-precision=nano
small_conversation
