package queues

import (
	"net/url"
	"slices"
	"strings"

	"throughline/lineage"
)

// address is where the servers are, and what of it nobody may read.
type address struct {
	url    string // as it was given, with its secrets
	shown  string // without them
	hidden *strings.Replacer
}

// schemes are those that the NATS client speaks.
var schemes = []string{"nats", "tls", "ws", "wss"}

// parseAddress reads one URL, or several with commas between. Its errors do not
// repeat the text, for it may hold a password.
func parseAddress(text string) (address, error) {
	var shown, secrets []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if !strings.Contains(part, "://") {
			part = "nats://" + part
		}
		u, err := url.Parse(part)
		if err != nil || u.Hostname() == "" || !slices.Contains(schemes, u.Scheme) {
			return address{}, lineage.Errorf(lineage.Invalid, "queues",
				"NATS is not the URL of a server; want one like nats://127.0.0.1:4222")
		}
		shown = append(shown, u.Scheme+"://"+u.Host)
		secrets = append(secrets, secretsOf(u.User)...)
	}
	if len(shown) == 0 {
		return address{}, lineage.Errorf(lineage.Invalid, "queues",
			"NATS is missing; want the URL of a server like nats://127.0.0.1:4222")
	}
	return address{url: text, shown: strings.Join(shown, ","), hidden: hide(secrets)}, nil
}

// secretsOf returns a password as it is and as it is written in a URL. A name
// that comes without a password is a token.
func secretsOf(user *url.Userinfo) []string {
	if user == nil {
		return nil
	}
	written := user.String()
	secret, both := user.Password()
	if both {
		_, written, _ = strings.Cut(written, ":")
	} else {
		secret = user.Username()
	}
	return slices.DeleteFunc([]string{secret, written}, func(s string) bool { return s == "" })
}

func hide(secrets []string) *strings.Replacer {
	pairs := make([]string, 0, 2*len(secrets))
	for _, s := range secrets {
		pairs = append(pairs, s, "***")
	}
	return strings.NewReplacer(pairs...)
}

// unavailable makes an error of a stranger's, without what is secret. It does not
// wrap the cause, through which the secret could be read after all.
func (a address) unavailable(what string, cause error) error {
	return lineage.Errorf(lineage.Unavailable, "queues", "%s at %s: %s", what, a.shown, a.hidden.Replace(cause.Error()))
}
