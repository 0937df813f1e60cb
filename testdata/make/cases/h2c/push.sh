# nghttpd pushes two files with a page; nghttp takes them, then a second nghttp forbids push
#
# Connection 0: PUSH_PROMISE for streams 2 and 4. Connection 1: ENABLE_PUSH=0 and no promise.

programs nghttp nghttpd
quiet
no_blind_spots

serve_nghttpd --push=/=/style.css,/script.js
record
nghttp -n "http://$address:$port/"
nghttp -n --no-push "http://$address:$port/"
