# RST_STREAM for a stream that nobody opened
#
# The client resets stream 7 before any HEADERS. nginx lets it pass, and the client hangs up after a while. Later rules
# add connection-error-ignored@server.

programs python nginx
expect 'rst-stream-on-idle-stream@client' 'count(STS002) == 1'
quiet_but STS

serve_nginx http2
record
client faulty_client.py "$address" "$port" rst-stream-on-idle-stream
