package lineage

import "time"

// Duration is a time.Duration that is written as Go writes it, "90s" or "2h30m",
// in YAML and JSON alike.
type Duration time.Duration

// UnmarshalText reads "90s".
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return Errorf(Invalid, "", "%q is no duration; write it like 90s, 15m or 2h30m", clip(string(text)))
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes "1m30s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return time.Duration(d).String() }
