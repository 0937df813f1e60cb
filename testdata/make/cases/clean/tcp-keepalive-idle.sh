# Seven idle seconds with TCP keepalives between two requests
#
# The probes repeat an octet number that was acknowledged and carry nothing: neither a gap nor data.

programs python nghttpd
quiet
no_blind_spots

serve_nghttpd
record
client lawful_client.py "$address" "$port" idle-with-keepalive
