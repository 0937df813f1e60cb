# The client's first frame is WINDOW_UPDATE
#
# Its SETTINGS come right behind, too late by one frame.

programs python nghttpd
expect 'missing-client-settings@client' 'count(PRE007) == 1'
quiet_but PRE

serve_nghttpd
record
client faulty_client.py "$address" "$port" first-frame-not-settings
