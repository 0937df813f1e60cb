# curl --http2 offers the upgrade; nginx without http2 ignores it and answers in HTTP/1.1
#
# Two requests on one connection that stays HTTP/1.1. Legal. Later rules add upgrade-ignored@server and
# upgrade-deprecated@client (info).

programs curl nginx
quiet
tshark_reads_as http
fact 'connections[0].http2' false
fact 'connections[0].negotiation.upgrade.outcome' '"ignored"'
fact 'connections[0].negotiation.upgrade.status' 200

serve_nginx ''
record
curl -sS --http2 -o "$work/1" "http://$address:$port/" -o "$work/2" "http://$address:$port/style.css"
