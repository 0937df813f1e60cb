# A SETTINGS ACK that carries a parameter
#
# Behind its correct ACK the client sends one with six octets. It is one ACK too many as well: unexpected-settings-ack
# (SET010) is fair, and not asked for.

programs python nghttpd
expect 'settings-ack-with-payload@client' 'count(SET001) == 1'
quiet_but SET

serve_nghttpd
record
client faulty_client.py "$address" "$port" settings-ack-with-payload
