# Captured on "any": LINUX_SLL2
#
# Two files from nghttpd to nghttp, as in all captures of this topic.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["LINUX_SLL2"]'

serve_nghttpd
record -i any
small_conversation
