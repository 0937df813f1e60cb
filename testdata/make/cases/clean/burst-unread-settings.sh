# The same burst, behind SETTINGS that TCP has acknowledged and the client has not read
#
# nghttpd announces a hundred streams as soon as TCP is there; 0.1 s later the client writes 127 requests without having
# looked, and its SETTINGS ACK follows them. A TCP acknowledgement proves no reading: no
# max-concurrent-streams-exceeded. 27 are refused.

programs python nghttpd
quiet
no_blind_spots

serve_nghttpd
record
client lawful_client.py "$address" "$port" burst-unread
