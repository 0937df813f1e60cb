# A capture that ends inside a record
#
# The conversation of link/*, cut by a script in the middle of the record with the answers, as after a full disk. All
# before the cut is judged; that requests stay open and the connection has no end is the capture's doing. Later rules
# add truncated-file@capture (info).

programs nghttp nghttpd
quiet
fact 'inputs[0].truncated_tail' true
fact 'connections[0].started' '"syn"'
fact 'connections[0].ended' '"open"'

serve_nghttpd
record
small_conversation
stop_recording
mv "$capture" "$work/whole.pcap"
python3 "$programs_dir/rewrite.py" cut "$work/whole.pcap" "$capture"
