# Inside VLAN 77
#
# A tap device, a switch that puts an 802.1Q tag on each frame, a trunk, the tag off again, a tap device. Captured on
# the trunk; ARP is tagged too.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'connections[0].encapsulation' '["eth", "vlan", "ipv4", "tcp"]'

make_wire 0 --vlan 77
serve_nghttpd
record -i trunk-a
small_conversation
