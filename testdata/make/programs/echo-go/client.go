package main

import (
	"context"
	"log"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
)

func call(address string) {
	connection := dial(address, 20*time.Second)
	defer connection.Close()
	check(invoke(connection, "Say", 5*time.Second))
	check(invoke(connection, "Say", 5*time.Second))
	if err := invoke(connection, "Fail", 5*time.Second); err == nil {
		log.Fatal("the call that fails did not")
	}
}

func slowCall(address string) {
	connection := dial(address, 20*time.Second)
	defer connection.Close()
	check(invoke(connection, "SaySlowly", 5*time.Second))
}

// wait leaves half a second after the first connection was given up, before a second one is made.
func wait(address string, seconds int) {
	patience := time.Duration(seconds) * time.Second
	connection := dial(address, patience)
	defer connection.Close()
	err := invoke(connection, "Say", patience+500*time.Millisecond, grpc.WaitForReady(true))
	if err == nil {
		log.Fatal("the call was answered")
	}
	log.Print(err)
}

func dial(address string, patience time.Duration) *grpc.ClientConn {
	parameters := grpc.ConnectParams{Backoff: backoff.DefaultConfig, MinConnectTimeout: patience}
	parameters.Backoff.BaseDelay = patience
	connection, err := grpc.Dial(address, grpc.WithInsecure(), grpc.WithConnectParams(parameters))
	check(err)
	return connection
}

func invoke(connection *grpc.ClientConn, method string, patience time.Duration, options ...grpc.CallOption) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	in, out := []byte("hello"), []byte(nil)
	return connection.Invoke(ctx, "/capture.Echo/"+method, &in, &out, options...)
}
