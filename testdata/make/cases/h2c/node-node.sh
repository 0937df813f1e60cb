# A Node.js client and a Node.js server: a request with content, an answer in pieces, a trailer
#
# The third family of implementations, with its own habits of SETTINGS and windows.

programs node
quiet
no_blind_spots

serve node "$programs_dir/node_echo.js" serve "$address" "$port"
record
timeout 20 node "$programs_dir/node_echo.js" call "$address" "$port"
