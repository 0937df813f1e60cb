# More DATA after END_STREAM
#
# A POST whose DATA ends the stream, and one DATA frame more in the same flight.

programs python nghttpd
expect 'data-after-end-stream@client' 'count(STS005) == 1'
quiet_but STS

serve_nghttpd
record
client faulty_client.py "$address" "$port" data-after-end-stream
