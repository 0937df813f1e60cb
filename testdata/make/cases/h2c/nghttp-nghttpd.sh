# nghttp asks nghttpd for three files
#
# The plainest conversation: prior knowledge, PRIORITY on idle streams by nghttp, three GET on one connection, GOAWAY.
# nghttpd sends its SETTINGS as soon as TCP is there.

programs nghttp nghttpd
quiet
no_blind_spots

serve_nghttpd
record
nghttp -n "http://$address:$port/" "http://$address:$port/style.css" "http://$address:$port/numbers.txt"
