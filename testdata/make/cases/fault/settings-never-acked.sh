# The client never acknowledges the server's SETTINGS, for eleven seconds
#
# It reads two responses, and asks for the second file eleven seconds after the first: it lives, and the ACK never
# comes.

programs python nginx
expect 'settings-not-acked@client' 'count(SET011) == 1'
quiet_but SET
forbid 'SET00*' SET010 SET012
no_blind_spots

serve_nginx http2
record
client faulty_client.py "$address" "$port" settings-never-acked
