package collector

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"throughline/lineage"
)

// meant refuses what a web page sends under a name of its own that it has made to
// point at this machine (DNS rebinding): the browser takes us for that page's
// server, so nothing else stops it. With a token a page has none, and gRPC is
// beyond a page.
func (c *Collector) meant(r *http.Request) error {
	here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if c.guard.asks || here == nil || !loopback(here.String()) || loopback(r.Host) || c.named(r.Host) {
		return nil
	}
	return lineage.Errorf(lineage.Forbidden, "check the host",
		"this collector listens on this machine only and is not known as %q; send to 127.0.0.1 or localhost, or set that name in hosts", r.Host)
}

// named tells whether the operator gave the name, which may carry a port.
func (c *Collector) named(host string) bool {
	bare := withoutPort(host)
	return slices.ContainsFunc(c.cfg.Hosts, func(h string) bool { return strings.EqualFold(h, host) || strings.EqualFold(h, bare) })
}

// loopback tells whether a host, with a port or without, can only be this machine.
func loopback(host string) bool {
	host = strings.ToLower(withoutPort(host))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func withoutPort(host string) string {
	if bare, _, err := net.SplitHostPort(host); err == nil {
		return bare
	}
	return strings.Trim(host, "[]")
}
