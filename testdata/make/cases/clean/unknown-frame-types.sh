# Frames of types that nobody defined
#
# On the connection, on an idle, an open and a closed stream, with flags and without. They are ignored, and count as
# UNKNOWN.

programs python nghttpd
quiet
no_blind_spots

serve_nghttpd
record
client lawful_client.py "$address" "$port" unknown-frame-types
