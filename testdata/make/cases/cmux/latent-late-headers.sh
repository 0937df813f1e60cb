# The same silent multiplexer; the client loses patience and sends HEADERS: now it answers
#
# A python-h2 client sends preface and SETTINGS, hears nothing for two seconds, and sends its request all the same. Only
# then the server's SETTINGS come, and the call works: a latent fault of the server, at most likely, for a slow server
# would look alike. Its SETTINGS ACK is two seconds late too: slow-settings-ack (SET012) is fair, and not asked for.

programs cmux h2 grpc-go x/net go
expect 'server-settings-only-after-headers@server' 'count(PRE003) == 1'
quiet_but PRE SET
forbid PRE001 PRE002 PRE006 PRE007 PRE008 PRE010 'SET00*' SET010 SET011
no_blind_spots

serve "$echo_go" multiplex "$address:$port" lazy grpc
record
client patient_client.py "$address" "$port" 2
