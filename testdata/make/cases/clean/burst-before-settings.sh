# A hundred and twenty-seven requests in one write, before any SETTINGS
#
# nginx allows ten streams and speaks only after the client: when the requests pass, no limit exists, and
# max-concurrent-streams-exceeded must stay silent. It answers each request as it reads it, so that none is refused.

programs python nginx
quiet
no_blind_spots

serve_nginx http2 'http2_max_concurrent_streams 10;'
record
client lawful_client.py "$address" "$port" burst
