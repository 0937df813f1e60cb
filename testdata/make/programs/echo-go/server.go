package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/soheilhy/cmux"
	"golang.org/x/net/http2"
)

func serve(address string) {
	listener, err := net.Listen("tcp", address)
	check(err)
	server := newServer()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		server.GracefulStop()
	}()
	check(server.Serve(listener))
}

// multiplex shares one port between gRPC and HTTP/1. The matcher has to see HEADERS before it can hand the connection to a
// server, and that server writes SETTINGS only then. What is neither is closed.
func multiplex(address string, eager, grpcBehind bool) {
	listener, err := net.Listen("tcp", address)
	check(err)
	multiplexer := cmux.New(listener)
	var first net.Listener
	if eager {
		first = multiplexer.MatchWithWriters(cmux.HTTP2MatchHeaderFieldSendSettings("content-type", "application/grpc"))
	} else {
		first = multiplexer.Match(cmux.HTTP2HeaderField("content-type", "application/grpc"))
	}
	go http.Serve(multiplexer.Match(cmux.HTTP1Fast()), http.NotFoundHandler())
	if grpcBehind {
		go newServer().Serve(first)
	} else {
		go serveHTTP2(first)
	}
	check(multiplexer.Serve())
}

// serveHTTP2 answers every request after a moment, long enough for the client's acknowledgements to come first.
func serveHTTP2(listener net.Listener) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(300 * time.Millisecond)
		io.Copy(w, r.Body)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go new(http2.Server).ServeConn(connection, &http2.ServeConnOpts{Handler: http.HandlerFunc(answer)})
	}
}
