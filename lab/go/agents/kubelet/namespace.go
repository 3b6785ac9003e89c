package main

import (
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// dialInNamespace connects to a port of the loopback address inside a network namespace.
func dialInNamespace(path string, port int32) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	results := make(chan result, 1)
	go func() {
		// The thread enters the namespace and never leaves it: it ends with this goroutine.
		runtime.LockOSThread()
		conn, err := dialHere(path, port)
		results <- result{conn, err}
	}()
	r := <-results
	return r.conn, r.err
}

func dialHere(path string, port int32) (net.Conn, error) {
	namespace, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer namespace.Close()
	if err := unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(port), Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	file := os.NewFile(uintptr(fd), "connection")
	defer file.Close()
	return net.FileConn(file)
}
