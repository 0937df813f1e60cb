# The two legs of a proxy: nghttp asks nghttpx, which asks nghttpd
#
# Both sides of the proxy are captured, HTTP/2 in clear on each: three requests, one of them for what is not there.

programs nghttp nghttpx nghttpd
quiet
no_blind_spots
tshark_miscounts 'it is told that the front port speaks HTTP/2, and reads the back port as plain TCP'

back=$((port + 1))
nghttpd --no-tls -a "$address" -d "$www" "$back" >"$work/back.log" 2>&1 &
wait_for_port "$back"
serve nghttpx --frontend="$address,$port;no-tls" --backend="$address,$back;;proto=h2" --workers=1 --conf=/dev/null \
  --errorlog-file="$work/nghttpx.log"
record -i lo tcp port "$port" or tcp port "$back"
nghttp -n "http://$address:$port/" "http://$address:$port/style.css" "http://$address:$port/missing"
pkill nghttpx
sleep 0.5
