# PING between HEADERS and CONTINUATION
#
# The field block of stream 1 is not finished when the client sends something else.

programs python nghttpd
expect 'field-block-interrupted@client' 'count(CON001) == 1'
quiet_but CON

serve_nghttpd
record
client faulty_client.py "$address" "$port" continuation-interrupted
