// A TLS server that answers one line, or a client that says one, with a key log.
//
//	echo serve ADDRESS CERT KEY ALPN...    echo ask ADDRESS KEYLOG ALPN...
package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"os"
)

func main() {
	if os.Args[1] == "serve" {
		serve(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
	} else {
		ask(os.Args[2], os.Args[3], os.Args[4:])
	}
}

func serve(address, cert, key string, protocols []string) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	check(err)
	listener, err := tls.Listen("tcp", address, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: protocols})
	check(err)
	for {
		conn, err := listener.Accept()
		check(err)
		go func() {
			line, _ := bufio.NewReader(conn).ReadString('\n')
			fmt.Fprintf(conn, "you said %s", line)
			conn.Close()
		}()
	}
}

func ask(address, keylog string, protocols []string) {
	log, err := os.OpenFile(keylog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	check(err)
	conn, err := tls.Dial("tcp", address, &tls.Config{
		InsecureSkipVerify: true, ServerName: "go.test", NextProtos: protocols, KeyLogWriter: log})
	check(err)
	fmt.Fprintf(conn, "hello from Go\n")
	line, _ := bufio.NewReader(conn).ReadString('\n')
	fmt.Print(line)
	conn.Close()
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
