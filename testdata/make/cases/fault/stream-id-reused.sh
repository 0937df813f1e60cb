# A second request on stream 1
#
# Stream 1 is over on both sides; the client sends another request on it. headers-after-end-stream (STS006) folds into
# it.

programs python nghttpd
expect 'stream-id-reused@client' 'count(SID003) == 1'
quiet_but SID STS
unscored totals.streams

serve_nghttpd
record
client faulty_client.py "$address" "$port" stream-id-reused
