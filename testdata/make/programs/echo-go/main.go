// echo-go makes the traffic of the Go world: a gRPC echo server and client on grpc-go, and a port multiplexer on soheilhy/cmux.
//
//	echo-go serve ADDRESS                       a grpc-go server; SIGTERM stops it gracefully
//	echo-go call ADDRESS                        two unary calls and one that fails
//	echo-go slow-call ADDRESS                   a call that the server takes two seconds to answer
//	echo-go wait ADDRESS SECONDS                a client that gives a connection SECONDS to become ready
//	echo-go multiplex ADDRESS lazy|eager grpc|http2
//	                                            lazy: looks for HEADERS in silence; eager: writes SETTINGS while it looks;
//	                                            behind it a grpc-go server, or the HTTP/2 server of golang.org/x/net
package main

import (
	"log"
	"os"
	"strconv"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: echo-go serve|call|slow-call|wait|multiplex ADDRESS ...")
	}
	address := os.Args[2]
	switch os.Args[1] {
	case "serve":
		serve(address)
	case "call":
		call(address)
	case "slow-call":
		slowCall(address)
	case "wait":
		seconds, err := strconv.Atoi(os.Args[3])
		check(err)
		wait(address, seconds)
	case "multiplex":
		multiplex(address, os.Args[3] == "eager", os.Args[4] == "grpc")
	default:
		log.Fatalf("unknown word %q", os.Args[1])
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
