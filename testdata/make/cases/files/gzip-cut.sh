# gzip, cut
#
# The conversation of link/*, compressed, and the last third of the compressed file lost, as after a full disk. All that can be
# unpacked is read; that requests stay open and the connection has no end is the capture's doing.

programs nghttp nghttpd
quiet
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].compression' '"gzip"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'inputs[0].truncated_tail' true
fact 'connections[0].ended' '"open"'

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/plain.pcap"
capture=$out/capture.pcap.gz
gzip -9c "$work/plain.pcap" >"$work/whole.gz"
head -c "$(($(stat -c %s "$work/whole.gz") * 2 / 3))" "$work/whole.gz" >"$capture"
