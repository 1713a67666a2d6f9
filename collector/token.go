package collector

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"throughline/lineage"
)

// guard knows the token by its hash, so that comparing takes the same time
// whatever was sent, and nothing that prints a guard can print the token.
type guard struct {
	asks bool
	hash [sha256.Size]byte
}

func newGuard(token string) guard {
	return guard{asks: token != "", hash: sha256.Sum256([]byte(token))}
}

// admit fails with Unauthenticated unless the request carries the token.
func (g guard) admit(r *http.Request) error {
	if !g.asks {
		return nil
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	sent := sha256.Sum256([]byte(strings.TrimSpace(token)))
	if subtle.ConstantTimeCompare(sent[:], g.hash[:]) != 1 || !strings.EqualFold(scheme, "Bearer") {
		return lineage.Errorf(lineage.Unauthenticated, "check the token", "send the header Authorization: Bearer with this collector's token")
	}
	return nil
}
