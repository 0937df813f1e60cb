"""gRPC on grpcio, without protobuf: grpcio_echo.py serve|call|wait ADDRESS PORT [SECONDS].

serve: a server with the four kinds of call and one that fails. call: a client that makes each of them. wait: a client
that gives a connection SECONDS to become ready, and gives up.
"""
import concurrent.futures, signal, sys

import grpc

SERVICE = "capture.Echo"


class Echo(grpc.GenericRpcHandler):
    def service(self, details):
        return {
            f"/{SERVICE}/Say": grpc.unary_unary_rpc_method_handler(lambda one, _: one),
            f"/{SERVICE}/Join": grpc.stream_unary_rpc_method_handler(lambda many, _: b" ".join(many)),
            f"/{SERVICE}/Split": grpc.unary_stream_rpc_method_handler(lambda one, _: iter(one.split())),
            f"/{SERVICE}/Chat": grpc.stream_stream_rpc_method_handler(lambda many, _: (m.upper() for m in many)),
            f"/{SERVICE}/Fail": grpc.unary_unary_rpc_method_handler(self.fail),
        }.get(details.method)

    def fail(self, _, context):
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not today: 50 % of it")


def serve(address, port):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Echo()])
    server.add_insecure_port(f"{address}:{port}")
    server.start()
    signal.sigwait([signal.SIGTERM])
    server.stop(1).wait()


def call(address, port):
    with grpc.insecure_channel(f"{address}:{port}") as channel:
        assert channel.unary_unary(f"/{SERVICE}/Say")(b"hello", timeout=5) == b"hello"
        assert channel.stream_unary(f"/{SERVICE}/Join")(iter([b"one", b"two", b"three"]), timeout=5) == b"one two three"
        assert list(channel.unary_stream(f"/{SERVICE}/Split")(b"one two three", timeout=5)) == [b"one", b"two", b"three"]
        assert list(channel.stream_stream(f"/{SERVICE}/Chat")(iter([b"ping", b"pong"]), timeout=5)) == [b"PING", b"PONG"]
        try:
            channel.unary_unary(f"/{SERVICE}/Fail")(b"", timeout=5)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.FAILED_PRECONDITION


def wait(address, port, seconds):
    # The backoff is also the time that a connection attempt gets; a second attempt would come long after the deadline.
    patience = [("grpc.min_reconnect_backoff_ms", int(seconds * 1000)), ("grpc.max_reconnect_backoff_ms", 60000)]
    with grpc.insecure_channel(f"{address}:{port}", options=patience) as channel:
        try:
            channel.unary_unary(f"/{SERVICE}/Say")(b"hello", timeout=seconds + 0.5, wait_for_ready=True)
        except grpc.RpcError as error:
            print(error.code(), error.details())
            return
    raise SystemExit("the call was answered")


if __name__ == "__main__":
    what, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
    {"serve": serve, "call": call, "wait": wait}[what](address, port, *map(float, sys.argv[4:]))
