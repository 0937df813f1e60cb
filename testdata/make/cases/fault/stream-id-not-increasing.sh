# Stream 3 is opened after stream 5
#
# Stream 5 is answered; then HEADERS come on stream 3, which was never used and is closed by then.

programs python nginx
expect 'stream-id-not-increasing@client' 'count(SID002) == 1'
quiet_but SID
unscored totals.streams

serve_nginx http2
record
client faulty_client.py "$address" "$port" stream-id-not-increasing
