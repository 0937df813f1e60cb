# nghttp -u upgrades to h2c at the proxy nghttpx
#
# Only the front side of the proxy is captured; its back side speaks HTTP/2 to nghttpd on another port. Later rules add
# upgrade-deprecated@client (info).

programs nghttp nghttpx nghttpd
quiet
no_blind_spots
tshark_reads_as http
fact 'connections[0].negotiation.upgrade.outcome' '"accepted"'

back=$((port + 1))
nghttpd --no-tls -a "$address" -d "$www" "$back" >"$work/back.log" 2>&1 &
wait_for_port "$back"
serve nghttpx --frontend="$address,$port;no-tls" --backend="$address,$back;;proto=h2" --workers=1 --conf=/dev/null \
  --errorlog-file="$work/nghttpx.log"
record -i lo tcp port "$port"
nghttp -n -u "http://$address:$port/" "http://$address:$port/style.css"
