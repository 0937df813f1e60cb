# The preface says XX where SM belongs
#
# The first 18 octets are right, the last six are not; SETTINGS follow.

programs python nginx
expect 'bad-client-preface@client' 'count(PRE006) == 1'
quiet_but PRE
unscored totals.frames 'connections[0].frames.client' 'connections[0].negotiation.via'

serve_nginx http2
record
client faulty_client.py "$address" "$port" bad-preface
