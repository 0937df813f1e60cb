# DATA on stream 0
#
# DATA belongs to streams, never to the connection.

programs python nginx
expect 'data-on-stream-zero@client' 'count(FRM002) == 1'
quiet_but FRM

serve_nginx http2
record
client faulty_client.py "$address" "$port" data-on-stream-zero
