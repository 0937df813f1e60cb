# The server sends SETTINGS half a second before the client's preface
#
# nghttpd speaks first. The client acknowledges in the same flight as its preface.

programs python nghttpd
quiet
no_blind_spots

serve_nghttpd
record
client lawful_client.py "$address" "$port" late-preface
