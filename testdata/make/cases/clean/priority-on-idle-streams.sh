# PRIORITY on streams that are idle, closed, or never come
#
# PRIORITY neither opens nor skips a stream: stream 1 is opened after PRIORITY for 4096.

programs python nginx
quiet
no_blind_spots

serve_nginx http2
record
client lawful_client.py "$address" "$port" priority-on-idle-streams
