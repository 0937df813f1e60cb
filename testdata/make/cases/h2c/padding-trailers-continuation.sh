# Padding, trailers in both directions, and field blocks spread over CONTINUATION
#
# nghttp uploads with padding, a trailer and --continuation to nghttpd, which pads and trails too. Then python-h2 sends
# a field block larger than a frame, and a padded request with a trailer, to the same server. Later rules may find the
# many field lines worth a warning.

programs nghttp nghttpd h2
quiet
no_blind_spots

serve_nghttpd --padding=50 --trailer='x-served: yes' --echo-upload
record
nghttp -n --padding=64 --continuation --trailer='x-sent: yes' -d "$www/style.css" "http://$address:$port/"
client continuation_client.py "$address" "$port"
