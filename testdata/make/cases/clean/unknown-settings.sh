# Settings that nobody defined, and one setting twice in a frame
#
# Unknown identifiers in the first SETTINGS (0x0 and one reserved for grease among them) and in a later one; of two
# values the last counts.

programs python nginx
quiet
no_blind_spots

serve_nginx http2
record
client lawful_client.py "$address" "$port" unknown-settings
