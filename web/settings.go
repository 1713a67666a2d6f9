package web

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	themeCookie = "theme"
	zoneCookie  = "zone"
	keepFor     = 365 * 24 * time.Hour
)

// offered are the time zones of the menu, with the chosen one among them. The
// browser adds its own.
func offered(chosen string) []string {
	zones := []string{
		"UTC", "America/Los_Angeles", "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo",
		"Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Warsaw", "Europe/Athens", "Europe/Istanbul",
		"Africa/Johannesburg", "Africa/Lagos", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo",
		"Australia/Sydney", "Pacific/Auckland",
	}
	if slices.Contains(zones, chosen) {
		return zones
	}
	return append([]string{chosen}, zones...)
}

// settings keeps the reader's theme and time zone in cookies and goes back to
// where they were chosen.
func (s *Server) settings(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	theme, zone := r.PostFormValue("theme"), r.PostFormValue("zone")
	if theme == "light" || theme == "dark" {
		keep(w, r, themeCookie, theme)
	} else {
		forget(w, themeCookie)
	}
	if _, known := s.zones.load(zone); known && zone != "UTC" {
		keep(w, r, zoneCookie, zone)
	} else {
		forget(w, zoneCookie)
	}
	http.Redirect(w, r, localPath(r.PostFormValue("back")), http.StatusSeeOther)
}

func keep(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(keepFor.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: r.TLS != nil,
	})
}

func forget(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// localPath is path if it leads to a page of ours, and the first page if it
// leads anywhere else.
func localPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/"
	}
	return path
}

func themeOf(r *http.Request) string {
	if c, err := r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		return c.Value
	}
	return ""
}

// zoneBook keeps time zones by name, since loading one reads a file. Only names
// that exist are kept, and of those there are a few hundred.
type zoneBook struct{ loaded sync.Map }

// chosen is the zone that the reader has chosen, or UTC.
func (b *zoneBook) chosen(r *http.Request) *time.Location {
	if c, err := r.Cookie(zoneCookie); err == nil {
		if zone, known := b.load(c.Value); known {
			return zone
		}
	}
	return time.UTC
}

func (b *zoneBook) load(name string) (*time.Location, bool) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, false
	}
	if zone, ok := b.loaded.Load(name); ok {
		return zone.(*time.Location), true
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	b.loaded.Store(name, zone)
	return zone, true
}
