# WINDOW_UPDATE on streams that the client has ended
#
# Right behind HEADERS with END_STREAM, and again while the answer comes: credit for the answer.
# window-update-on-closed-stream (STS014) would at most be a fact.

programs python nghttpd
quiet
no_blind_spots

serve_nghttpd
record
client lawful_client.py "$address" "$port" window-update-half-closed
