# WINDOW_UPDATE for a stream that nobody opened
#
# The client gives credit to stream 9 before any HEADERS.

programs python nghttpd
expect 'window-update-on-idle-stream@client' 'count(STS003) == 1'
quiet_but STS

serve_nghttpd
record
client faulty_client.py "$address" "$port" window-update-on-idle-stream
