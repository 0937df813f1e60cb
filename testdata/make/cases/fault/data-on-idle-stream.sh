# DATA on a stream that nobody opened
#
# The client sends DATA on stream 5 before any HEADERS.

programs python nghttpd
expect 'data-on-idle-stream@client' 'count(STS001) == 1'
quiet_but STS

serve_nghttpd
record
client faulty_client.py "$address" "$port" data-on-idle-stream
