"""A proxy that knows CONNECT and nothing else: connect.py PORT."""
import asyncio, sys


async def copy(source, sink):
    while octets := await source.read(65536):
        sink.write(octets)
        await sink.drain()
    sink.close()


async def serve(reader, writer):
    head = await reader.readuntil(b"\r\n\r\n")
    host, port = head.split()[1].decode().rsplit(":", 1)
    there, back = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(copy(reader, back), copy(there, writer))


async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()

asyncio.run(main())
