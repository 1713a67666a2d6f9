package web

import (
	"net"
	"net/netip"
	"strings"

	"throughline/lineage"
)

// Config is what an operator can set.
type Config struct {
	Addr    string   // host:port to listen on; port 0 takes any
	Hosts   []string // names, with or without a port, that it is reached under beside loopback's; none: any, or on loopback only loopback's
	Tenant  string   // "": "default"
	MaxLive int      // pages watched at once; 0: 10,000
	Version string   // shown at the foot of every page
}

func (c Config) withDefaults() (Config, error) {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return c, lineage.Errorf(lineage.Invalid, "new web", "Addr %q is not host:port: %w", c.Addr, err)
	}
	for _, h := range c.Hosts {
		if h == "" || strings.ContainsAny(h, "/ ") {
			return c, lineage.Errorf(lineage.Invalid, "new web", "Hosts: %q is not a host name; leave out the scheme and the path", h)
		}
	}
	if c.Tenant == "" {
		c.Tenant = "default"
	}
	if c.MaxLive <= 0 {
		c.MaxLive = 10_000
	}
	return c, nil
}

// loopback tells whether only this machine can reach the server.
func (c Config) loopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	return err == nil && isLoopback(host)
}

func isLoopback(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// named tells whether the operator named host, which may carry a port.
func (c Config) named(host string) bool {
	bare := hostOnly(host)
	for _, h := range c.Hosts {
		if strings.EqualFold(h, host) || strings.EqualFold(h, bare) {
			return true
		}
	}
	return false
}

func hostOnly(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}
