# pcapng, written by dumpcap
#
# Section, interface, enhanced packet and statistics blocks.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcapng"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'connections[0].encapsulation' '["eth", "ipv4", "tcp"]'

serve_nghttpd
record_pcapng
small_conversation
