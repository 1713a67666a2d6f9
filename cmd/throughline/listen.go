package main

import (
	"fmt"
	"net"
)

// checkListen refuses to be open to the network by accident. Beyond loopback
// the ports that take in want a token. The pages ask for none yet, so that no
// token protects them: they want the word insecure.
func (c *Config) checkListen() error {
	if c.Insecure {
		return nil
	}
	for _, l := range []struct{ name, addr string }{{"otlp-grpc", c.OTLPGRPC}, {"otlp-http", c.OTLPHTTP}} {
		if c.Token == "" && !loopback(l.addr) {
			return fmt.Errorf("--%s %s can be reached from other machines, and no token is set: "+
				"set THROUGHLINE_TOKEN, listen on 127.0.0.1, or say --insecure if the network is safe", l.name, l.addr)
		}
	}
	if !loopback(c.HTTP) {
		return fmt.Errorf("--http %s can be reached from other machines, and the pages ask nobody who they are: "+
			"listen on 127.0.0.1 behind a proxy that does, or say --insecure if the network is safe", c.HTTP)
	}
	return nil
}

// loopback tells whether only this machine can reach an address. A name other
// than localhost may resolve to anything, so it counts as outside.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
