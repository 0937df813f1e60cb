# xz, three streams with padding between them
#
# As files/gzip; padding is zeros in fours.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].compression' '"xz"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'inputs[0].truncated_tail' false

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/plain.pcap"
capture=$out/capture.pcap.xz
{
  part 1 3 "$work/plain.pcap" | xz -9c
  head -c 8 /dev/zero
  part 2 3 "$work/plain.pcap" | xz -c --check=crc32
  part 3 3 "$work/plain.pcap" | xz -c --check=sha256
} >"$capture"
