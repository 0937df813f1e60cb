# Two SETTINGS ACK for one SETTINGS
#
# The mirror of cmux/two-stacks: here the server sent one SETTINGS, and the surplus ACK is the client's fault.

programs python nghttpd
expect 'unexpected-settings-ack@client' 'count(SET010) == 1'
quiet_but SET

serve_nghttpd
record
client faulty_client.py "$address" "$port" unexpected-settings-ack
