# DATA of 17000 octets where 16384 are allowed
#
# The server's SETTINGS are acknowledged and leave MAX_FRAME_SIZE at its default.

programs python nghttpd
expect 'frame-too-large@client' 'count(FRM001) == 1'
quiet_but FRM

serve_nghttpd
record
client faulty_client.py "$address" "$port" frame-too-large
