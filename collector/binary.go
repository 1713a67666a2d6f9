package collector

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"throughline/lineage"
)

// structure turns a CloudEvent in binary mode, attributes in ce- headers and
// data in the body, into the structured JSON that is journaled. Attributes are
// carried over to the byte once decoded; the Go SDK is not used for it, since
// it does not decode them and writes source and time anew, so that one event
// would have another identity in another mode.
func (c *Collector) structure(in *intake, h http.Header, body []byte) ([]byte, error) {
	event := make(map[string]any, len(h)+2)
	for name, values := range h {
		attribute, ok := strings.CutPrefix(strings.ToLower(name), "ce-")
		if !ok {
			continue
		}
		if err := attributeName(attribute); err != nil {
			return nil, err
		}
		if len(values) != 1 {
			return nil, lineage.Errorf(lineage.Invalid, "read the headers", "ce-%s is given %d times", attribute, len(values))
		}
		value, err := attributeValue(values[0])
		if err != nil {
			return nil, lineage.E(lineage.Invalid, "read the header ce-"+attribute, err)
		}
		event[attribute] = value
	}
	contentType := h.Get("Content-Type")
	if contentType != "" {
		event["datacontenttype"] = contentType
	}
	attributes, err := json.Marshal(event)
	if err != nil {
		return nil, lineage.E(lineage.Invalid, "write the event as JSON", err)
	}
	if len(body) == 0 {
		return attributes, nil
	}
	form, err := c.form(contentType, body)
	if err != nil {
		return nil, err
	}
	return c.join(in, attributes, form, body)
}

// join writes an event's data behind its attributes, into one piece of memory of
// the right size: a control character takes six letters in JSON, so that the
// event may be far larger than what came.
func (c *Collector) join(in *intake, attributes []byte, form form, body []byte) ([]byte, error) {
	size := int64(len(attributes)) + int64(len(form.field())) + int64(form.size(body)) + int64(len(`,"":}`))
	if size > c.cfg.MaxBody {
		return nil, lineage.Errorf(lineage.TooLarge, "write the event as JSON",
			"its data takes %d bytes as JSON and may take %d: send it smaller, or elsewhere with a reference to it", size, c.cfg.MaxBody)
	}
	if err := in.held.grow(size); err != nil {
		return nil, err
	}
	text := make([]byte, 0, size)
	text = append(text, attributes[:len(attributes)-1]...) // there is one at least, so a comma follows
	text = append(append(append(text, `,"`...), form.field()...), `":`...)
	return append(form.write(text, body), '}'), nil
}

// attributeName refuses what the spec forbids, and what would be mistaken for
// the event's data.
func attributeName(name string) error {
	const op = "read the headers"
	switch name {
	case "":
		return lineage.Errorf(lineage.Invalid, op, "ce- has no attribute name")
	case "datacontenttype":
		return lineage.Errorf(lineage.Invalid, op, "ce-datacontenttype must not be sent: it is the Content-Type")
	case "data", "data_base64":
		return lineage.Errorf(lineage.Invalid, op, "ce-%s must not be sent: data is the body", name)
	}
	for _, b := range []byte(name) {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			return lineage.Errorf(lineage.Invalid, op, "ce-%s: an attribute's name has only a-z and 0-9", name)
		}
	}
	return nil
}

// attributeValue undoes quoting and one round of percent-encoding.
func attributeValue(text string) (string, error) {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = unquote(text[1 : len(text)-1])
	}
	value, err := url.PathUnescape(text)
	if err != nil {
		return "", lineage.Errorf(lineage.Invalid, "", "%w: write a percent sign as %%25", err)
	}
	if !utf8.ValidString(value) {
		return "", lineage.Errorf(lineage.Invalid, "", "it is not UTF-8")
	}
	return value, nil
}

func unquote(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// form tells how the body is written: JSON as it is, text as a string, all else
// as base64.
func (c *Collector) form(contentType string, body []byte) (form, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if contentType != "" && err != nil {
		return 0, lineage.Errorf(lineage.Unsupported, "read the content type", "%q: %w", contentType, err)
	}
	isJSON := media == "" || media == "application/json" || media == "text/json" || strings.HasSuffix(media, "+json")
	isText := isJSON || strings.HasPrefix(media, "text/") || media == "application/xml" || strings.HasSuffix(media, "+xml")
	if isText {
		if err := utf8Charset(params); err != nil {
			return 0, err
		}
		if !utf8.Valid(body) {
			return 0, lineage.Errorf(lineage.Invalid, "read the data", "byte %d is not UTF-8, although the content type %q is text", firstInvalid(body), contentType)
		}
	}
	switch {
	case isJSON:
		if _, err := jsonShape(body, c.cfg.MaxDepth-1, c.cfg.MaxValues); err != nil {
			return 0, err
		}
		if !json.Valid(body) {
			return 0, lineage.Errorf(lineage.Invalid, "read the data", "the content type %q is JSON, but the body is not", contentType)
		}
		return asJSON, nil
	case isText:
		return asText, nil
	default:
		return asBase64, nil
	}
}
