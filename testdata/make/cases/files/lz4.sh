# lz4, three frames
#
# As files/gzip, with linked and with independent blocks, with and without checksums.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].compression' '"lz4"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'inputs[0].truncated_tail' false

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/plain.pcap"
capture=$out/capture.pcap.lz4
{
  part 1 3 "$work/plain.pcap" | lz4 -9c -BD
  part 2 3 "$work/plain.pcap" | lz4 -c --no-frame-crc
  part 3 3 "$work/plain.pcap" | lz4 -c -BX --content-size
} >"$capture"
