# Captured on "any" in the older form: LINUX_SLL
#
# As link/any-sll2 with the cooked header of libpcap before 1.10.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["LINUX_SLL"]'

serve_nghttpd
record -i any -y LINUX_SLL
small_conversation
