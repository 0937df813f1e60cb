# INITIAL_WINDOW_SIZE changes during a download
#
# From 3000 to 1, which makes the window of the open stream negative, then to 30000. Later rules must keep the
# flow-control ledger straight here.

programs python nghttpd
quiet
no_blind_spots

serve_nghttpd
record
client lawful_client.py "$address" "$port" window-size-changed
