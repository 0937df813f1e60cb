# IPv6
#
# As link/any-sll2 over ::1, captured on the loopback device.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'connections[0].encapsulation' '["eth", "ipv6", "tcp"]'

address=::1
serve_nghttpd
record
small_conversation
