# pcap written by a big-endian machine
#
# A fresh capture whose file and record headers were turned round by a script; the packets are as they came.

programs nghttp nghttpd
quiet
no_blind_spots
fact 'inputs[0].format' '"pcap"'
fact 'inputs[0].linktypes' '["EN10MB"]'
fact 'connections[0].encapsulation' '["eth", "ipv4", "tcp"]'

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/little-endian.pcap"
python3 "$programs_dir/rewrite.py" big-endian "$work/little-endian.pcap" "$capture"
