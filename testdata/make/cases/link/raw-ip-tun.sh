# Raw IP, captured on a tun device
#
# No link header at all. The wire adds five milliseconds each way.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["RAW"]'
fact 'connections[0].encapsulation' '["ipv4", "tcp"]'

make_wire 5
serve_nghttpd
record -i wire-a
small_conversation
