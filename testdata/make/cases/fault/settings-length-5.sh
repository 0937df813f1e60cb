# SETTINGS of five octets
#
# A second SETTINGS of the client, one octet short of a parameter.

programs python nginx
expect 'settings-bad-length@client' 'count(SET003) == 1'
quiet_but SET

serve_nginx http2
record
client faulty_client.py "$address" "$port" settings-length-5
