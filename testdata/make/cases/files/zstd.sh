# zstd, three frames and two that hold no data
#
# As files/gzip; in front and in the middle stand skippable frames, as pzstd and seekable formats write them.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].compression' '"zstd"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'inputs[0].truncated_tail' false

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/plain.pcap"
capture=$out/capture.pcap.zst
skippable() { printf "\\x5$1\\x2a\\x4d\\x18\\x05\\x00\\x00\\x00abcde"; }
{
  skippable 0
  part 1 3 "$work/plain.pcap" | zstd -19c
  skippable a
  part 2 3 "$work/plain.pcap" | zstd -c --no-check
  part 3 3 "$work/plain.pcap" | zstd -c --check
} >"$capture"
