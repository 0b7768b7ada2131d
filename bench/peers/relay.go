// A relay as a Go programmer writes it: io.Copy each way, which splices between TCP connections.
//
//	relay FROM TO
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		caller, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go relay(caller.(*net.TCPConn), "127.0.0.1:"+os.Args[2])
	}
}

func relay(caller *net.TCPConn, to string) {
	defer caller.Close()
	connection, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	callee := connection.(*net.TCPConn)
	defer callee.Close()
	done := make(chan struct{})
	go func() {
		io.Copy(caller, callee)
		caller.CloseWrite()
		close(done)
	}()
	io.Copy(callee, caller)
	callee.CloseWrite()
	<-done
}
