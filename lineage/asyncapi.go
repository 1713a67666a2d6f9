package lineage

import (
	"fmt"
	"path"
	"strings"
)

// asyncAPI is an AsyncAPI document (2 or 3) of the catalogue.
type asyncAPI struct{ root map[string]any }

// takeMessage takes from an AsyncAPI message what a contract does not say itself:
// where the correlation id is, and the schema of the payload. The document is a file
// of the catalogue; nothing is ever fetched.
func (r *reading) takeMessage(f *faults, k *Contract, at passage) {
	if k.AsyncAPI == "" {
		return
	}
	e := k.entry()
	fail := func(format string, args ...any) { f.at(e, route{"asyncapi"}, format, args...) }
	if k.Signal != "event" {
		fail("asyncapi is %q and signal is %s; only events have a message", clip(k.AsyncAPI), k.Signal)
		return
	}
	name, pointer, ok := strings.Cut(k.AsyncAPI, "#")
	file := path.Join(path.Dir(at.file), name)
	node, known := r.messages[file]
	switch {
	case !ok || name == "" || path.IsAbs(name) || strings.Contains(name, ":"):
		fail("asyncapi is %q; want a file beside the contract's and a message in it, as orders.yaml#/components/messages/OrderBooked", clip(k.AsyncAPI))
		return
	case !known:
		fail("asyncapi is %q; the catalogue has no AsyncAPI document %s", clip(k.AsyncAPI), file)
		return
	}
	var doc asyncAPI
	if err := readYAML(node, &doc.root); err != nil {
		fail("%s cannot be read: %v", file, err)
		return
	}
	version := fmt.Sprint(doc.root["asyncapi"])
	if !strings.HasPrefix(version, "2.") && !strings.HasPrefix(version, "3.") {
		fail("%s is of AsyncAPI %s; want 2 or 3", file, clip(version))
		return
	}
	if err := doc.apply("#"+pointer, k); err != nil {
		fail("%s#%s: %v", file, clip(pointer), err)
	}
}

// apply reads a message into a contract.
func (d asyncAPI) apply(pointer string, k *Contract) error {
	message, at, err := d.follow(pointer)
	if err != nil {
		return err
	}
	if k.Map.Correlation == "" {
		if k.Map.Correlation, err = d.correlation(message); err != nil {
			return err
		}
	}
	if k.Schema != nil || message["payload"] == nil {
		return nil
	}
	format := message["schemaFormat"]
	at += "/payload"
	payload, _ := message["payload"].(map[string]any)
	if payload["schema"] != nil { // of AsyncAPI 3: a schema with its format
		format, at = payload["schemaFormat"], at+"/schema"
	}
	if format, ok := format.(string); ok && !jsonSchema(format) {
		return fmt.Errorf("its payload is described in %s; give the contract a schema of its own, in JSON Schema", clip(format))
	}
	schema := map[string]any{"$schema": "http://json-schema.org/draft-07/schema#", "allOf": []any{map[string]any{"$ref": at}}}
	for _, part := range messageParts() {
		if d.root[part] != nil {
			schema[part] = d.root[part] // what its references lead to
		}
	}
	if _, err := compileSchema(schema); err != nil {
		return fmt.Errorf("its payload is no JSON Schema: %s", strings.Join(strings.Fields(err.Error()), " "))
	}
	k.Schema = schema
	return nil
}

// messageParts are the parts of a document in which messages and schemas stand.
func messageParts() []string { return []string{"components", "channels", "operations"} }

// jsonSchema tells whether a format is AsyncAPI's own, or JSON Schema.
func jsonSchema(format string) bool {
	return strings.HasPrefix(format, "application/vnd.aai.asyncapi") || strings.HasPrefix(format, "application/schema+json") || strings.HasPrefix(format, "application/schema+yaml")
}

// follow finds an object, through all references, and the pointer to where it stands.
func (d asyncAPI) follow(pointer string) (map[string]any, string, error) {
	for range 20 {
		plain := unquoted(pointer)
		found, _, ok := resolve(d.root, plain)
		object, isObject := found.(map[string]any)
		if !ok || !isObject || plain == "#" {
			return nil, "", fmt.Errorf("there is no message, trait or correlation id at %s", clip(plain))
		}
		to, ok := object["$ref"].(string)
		if !ok {
			return object, plain, nil
		}
		if !strings.HasPrefix(to, "#") {
			return nil, "", fmt.Errorf("a $ref leads to %s; want one within the document, which begins with #", clip(to))
		}
		pointer = to
	}
	return nil, "", fmt.Errorf("a $ref leads in a circle from %s", clip(pointer))
}

// correlation is where a message, or else one of its traits, has its correlation id,
// as a location.
func (d asyncAPI) correlation(message map[string]any) (string, error) {
	tell := []map[string]any{message}
	for _, trait := range list(message["traits"]) {
		if object, err := d.object(trait); err != nil {
			return "", err
		} else if object != nil {
			tell = append(tell, object)
		}
	}
	for _, one := range tell {
		id, err := d.object(one["correlationId"])
		if err != nil {
			return "", err
		}
		if id != nil {
			return messageLocation(fmt.Sprint(id["location"]))
		}
	}
	return "", nil
}

// object is a value, or what it refers to; nil when it is no object.
func (d asyncAPI) object(v any) (map[string]any, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, nil
	}
	if to, ok := object["$ref"].(string); ok {
		if !strings.HasPrefix(to, "#") {
			return nil, fmt.Errorf("a $ref leads to %s; want one within the document, which begins with #", clip(to))
		}
		object, _, err := d.follow(to)
		return object, err
	}
	return object, nil
}

// messageLocation makes a location of a runtime expression: $message.payload#/a/b is a
// place in the data, and $message.header#/correlationId the attribute that CloudEvents
// has for that header, which is of small letters and digits.
func messageLocation(expression string) (string, error) {
	if pointer, ok := strings.CutPrefix(expression, "$message.payload#/"); ok {
		return "/" + pointer, nil
	}
	header, ok := strings.CutPrefix(expression, "$message.header#/")
	if !ok || strings.Contains(header, "/") {
		return "", fmt.Errorf("the location of its correlation id is %q; want $message.header#/name or $message.payload#/pointer", clip(expression))
	}
	name := strings.ToLower(unescaped(header))
	for _, prefix := range []string{"ce-", "ce_"} { // as the bindings of HTTP and Kafka write attributes
		name = strings.TrimPrefix(name, prefix)
	}
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)
	if name == "" {
		return "", fmt.Errorf("the location of its correlation id is %q; no CloudEvents attribute can be called so", clip(expression))
	}
	return name, nil
}
