package main

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/status"
)

// octets is the codec of this program: a message is what it is, no protobuf. It takes the place of "proto", so that the
// content-type stays the plain application/grpc.
type octets struct{}

func (octets) Marshal(v interface{}) ([]byte, error) { return *v.(*[]byte), nil }

func (octets) Unmarshal(data []byte, v interface{}) error {
	*v.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func (octets) Name() string { return "proto" }

func init() { encoding.RegisterCodec(octets{}) }

var echo = grpc.ServiceDesc{
	ServiceName: "capture.Echo",
	HandlerType: (*interface{})(nil),
	Methods: []grpc.MethodDesc{
		method("Say", func(in []byte) ([]byte, error) { return in, nil }),
		method("SaySlowly", func(in []byte) ([]byte, error) { time.Sleep(2 * time.Second); return in, nil }),
		method("Fail", func([]byte) ([]byte, error) { return nil, status.Error(codes.NotFound, "nothing here") }),
	},
}

func method(name string, answer func([]byte) ([]byte, error)) grpc.MethodDesc {
	type decoder = func(interface{}) error
	handler := func(_ interface{}, _ context.Context, decode decoder, _ grpc.UnaryServerInterceptor) (interface{}, error) {
		var in []byte
		if err := decode(&in); err != nil {
			return nil, err
		}
		out, err := answer(in)
		return &out, err
	}
	return grpc.MethodDesc{MethodName: name, Handler: handler}
}

func newServer() *grpc.Server {
	server := grpc.NewServer()
	server.RegisterService(&echo, nil)
	return server
}
