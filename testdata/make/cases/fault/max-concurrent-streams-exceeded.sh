# Four requests at a time where the server allows two
#
# The client has acknowledged MAX_CONCURRENT_STREAMS=2 and leaves all four requests open. nghttpd ends the connection at
# the third.

programs python nghttpd
expect 'max-concurrent-streams-exceeded@client'
quiet_but STS
no_blind_spots

serve_nghttpd --max-concurrent-streams=2
record
client faulty_client.py "$address" "$port" max-concurrent-streams-exceeded
