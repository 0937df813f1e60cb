# h2load: a hundred small requests on two connections, ten at a time
#
# Many streams that overlap, answered by nginx.

programs h2load nginx
quiet
no_blind_spots

serve_nginx http2
record
h2load -n 100 -c 2 -m 10 "http://$address:$port/style.css"
