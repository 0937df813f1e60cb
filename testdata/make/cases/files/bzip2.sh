# bzip2, three streams
#
# As files/gzip, and as pbzip2 writes them.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].compression' '"bzip2"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'inputs[0].truncated_tail' false

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/plain.pcap"
capture=$out/capture.pcap.bz2
for number in 1 2 3; do part "$number" 3 "$work/plain.pcap" | bzip2 -c; done >"$capture"
