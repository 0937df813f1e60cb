# The client opens stream 2
#
# Even numbers belong to the server, which promised nothing.

programs python nginx
expect 'client-even-stream-id@client' 'count(SID001) == 1'
quiet_but SID
unscored totals.streams

serve_nginx http2
record
client faulty_client.py "$address" "$port" even-stream-id
