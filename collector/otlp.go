package collector

import (
	"mime"
	"net/http"
	"strings"

	"throughline/collector/journal"
	"throughline/lineage"
)

// otlp takes in one signal of OTLP over HTTP.
func (c *Collector) otlp(signal lineage.Signal) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		encoding, err := encodingOf(r)
		in := newIntake(signal, "otlp/http", r)
		defer c.metrics.begin(in).end(&err)
		if err == nil {
			err = c.takeOTLP(w, r, in, encoding)
		}
		if err != nil {
			c.complain(in, err)
			c.refuse(w, encoding, httpStatus(err), err)
			return
		}
		c.write(w, mediaType(encoding), http.StatusOK, nil, success(encoding))
	}
}

func (c *Collector) takeOTLP(w http.ResponseWriter, r *http.Request, in *intake, encoding journal.Encoding) error {
	if err := c.open(r.Context(), in); err != nil {
		return err
	}
	defer c.shut(in)
	payload, err := c.body(w, r, in)
	if err != nil {
		return err
	}
	return c.keepOTLP(r.Context(), in, encoding, payload)
}

// success is an export response with partial_success unset, as OTLP wants it.
func success(encoding journal.Encoding) []byte {
	if encoding == journal.Protobuf {
		return nil
	}
	return []byte("{}")
}

// encodingOf reads the content type. The encoding is JSON when it fails, so that a
// person can read the answer.
func encodingOf(r *http.Request) (journal.Encoding, error) {
	const op = "read the content type"
	text := r.Header.Get("Content-Type")
	media, params, err := mime.ParseMediaType(text)
	if err != nil {
		return journal.JSON, lineage.Errorf(lineage.Unsupported, op, "%q is none: send application/x-protobuf or application/json", text)
	}
	switch media {
	case "application/x-protobuf":
		return journal.Protobuf, nil
	case "application/json":
		return journal.JSON, utf8Charset(params)
	default:
		return journal.JSON, lineage.Errorf(lineage.Unsupported, op, "%q is not spoken here: send application/x-protobuf or application/json", media)
	}
}

// utf8Charset refuses a text that says of itself that it is not UTF-8.
func utf8Charset(params map[string]string) error {
	switch charset := strings.ToLower(params["charset"]); charset {
	case "", "utf-8", "utf8", "us-ascii":
		return nil
	default:
		return lineage.Errorf(lineage.Invalid, "read the content type", "charset %q is not read here: send UTF-8", charset)
	}
}
