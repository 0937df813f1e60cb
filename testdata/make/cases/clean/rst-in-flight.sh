# RST_STREAM crosses DATA on a wire of twenty milliseconds each way
#
# The client cancels a download at its first DATA and asks for something else. Seen from the client, DATA of the
# cancelled stream goes on passing after the RST_STREAM: it was under way, the server is innocent. Captured on the
# client's tun device (raw IP).

programs python nginx
quiet
no_blind_spots

make_wire 20
serve_nginx http2 'http2_chunk_size 2k;'
record -i wire-a
client lawful_client.py "$address" "$port" cancel-in-flight
