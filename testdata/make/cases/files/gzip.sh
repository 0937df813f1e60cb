# gzip, three members
#
# The conversation of link/*, compressed in three parts that are cut inside records, one behind another, as log shippers and pigz do.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].compression' '"gzip"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'inputs[0].truncated_tail' false

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/plain.pcap"
capture=$out/capture.pcap.gz
for number in 1 2 3; do part "$number" 3 "$work/plain.pcap" | gzip -9c; done >"$capture"
