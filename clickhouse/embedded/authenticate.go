package embedded

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"
)

// user is the only one there is.
const user = "default"

// gate lets in who shows the token.
type gate struct{ token [sha256.Size]byte }

func newGate(token string) gate { return gate{token: sha256.Sum256([]byte(token))} }

// admit checks a call's credentials: ClickHouse's headers, basic or bearer
// authentication, or ?user= and ?password=. The first that is there counts.
func (g gate) admit(r *http.Request) *exception {
	name, secret, ok := credentials(r)
	if !ok {
		return refusal(codeRequiredPassword, "REQUIRED_PASSWORD",
			"the embedded engine needs its token: send it as the password of user %s, or as a bearer token", user)
	}
	// Hashes have one length, so the comparison tells nothing about the token's.
	given := sha256.Sum256([]byte(secret))
	right := subtle.ConstantTimeCompare(given[:], g.token[:]) == 1
	if name != user || !right {
		return refusal(codeAuthentication, "AUTHENTICATION_FAILED", "%s: Authentication failed: password is incorrect, or there is no user with such name", name)
	}
	return nil
}

func credentials(r *http.Request) (name, secret string, ok bool) {
	if r.Header.Get("X-ClickHouse-User") != "" || r.Header.Get("X-ClickHouse-Key") != "" {
		return or(r.Header.Get("X-ClickHouse-User"), user), r.Header.Get("X-ClickHouse-Key"), true
	}
	if name, secret, ok := r.BasicAuth(); ok {
		return or(name, user), secret, true
	}
	if scheme, secret, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") {
		return user, strings.TrimSpace(secret), true
	}
	if values := r.URL.Query(); values.Has("password") || values.Has("user") {
		return or(values.Get("user"), user), values.Get("password"), true
	}
	return "", "", false
}
