package lineage

import (
	"strings"
	"testing"
)

const orderMessages = `asyncapi: 3.0.0
info: {title: Orders, version: 1.0.0}
channels:
  booked:
    messages:
      OrderBooked: {$ref: "#/components/messages/OrderBooked"}
components:
  messages:
    OrderBooked:
      correlationId: {$ref: "#/components/correlationIds/byHeader"}
      payload: {$ref: "#/components/schemas/Order"}
    OrderPaid:
      traits:
        - {$ref: "#/components/messageTraits/traced"}
      payload:
        schemaFormat: application/schema+json;version=draft-07
        schema: {type: object, required: [no]}
    OrderShipped:
      correlationId: {location: "$message.header#/ce_Request-ID"}
      payload: {schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: {type: record}}
    OrderLost:
      correlationId: {location: "$message.body#/x"}
    OrderNested:
      correlationId: {location: "$message.header#/a/b"}
    OrderForeign:
      correlationId: {$ref: "https://example.com/ids.yaml#/x"}
    OrderCircle: {$ref: "#/components/messages/OrderCircle"}
    OrderBroken:
      payload: {type: 7}
    OrderSilent: {}
  messageTraits:
    traced: {correlationId: {location: "$message.payload#/meta/request"}}
  correlationIds:
    byHeader: {location: "$message.header#/correlationId"}
  schemas:
    Order: {type: object, required: [no, total], properties: {no: {type: string}, total: {$ref: "#/components/schemas/Money"}}}
    Money: {type: string, pattern: "^[0-9.]+$"}
`

// messaged compiles a contract that refers to a message, beside the document.
func messaged(field string, more ...File) (*Catalogue, error) {
	contract := "kind: contract\ntype: booked\nversion: 1\n" + field + "\nmap: {subject: {type: order, id: /no}}\n"
	return ParseCatalogue(append(more,
		File{Name: "cat/sales/contract.yaml", Team: "sales", Data: []byte(contract)},
		File{Name: "cat/sales/api/orders.yaml", Team: "sales", Data: []byte(orderMessages)},
		File{Name: "cat/orders.asyncapi.json", Data: []byte(`{"asyncapi": "2.6.0", "components": {"messages": {"Old": {"schemaFormat": "application/vnd.aai.asyncapi+json;version=2.6.0", "payload": {"required": ["no"]}}}}}`)},
	))
}

func TestAContractTakesFromAMessageWhatItDoesNotSay(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		field, attributes, data, want string
		correlation                   string
	}{
		"a header and a payload with references": {"asyncapi: api/orders.yaml#/components/messages/OrderBooked", `,"correlationid":"c-1"`, `{"no":"1","total":"2.50"}`, "", "c-1"},
		"a payload that breaks its schema":       {"asyncapi: api/orders.yaml#/components/messages/OrderBooked", ``, `{"no":"1","total":"two"}`, "/total", ""},
		"a message of a channel":                 {"asyncapi: api/orders.yaml#/channels/booked/messages/OrderBooked", ``, `{"no":"1"}`, "'total'", ""},
		"a trait, and a schema with its format":  {"asyncapi: ./api/orders.yaml#/components/messages/OrderPaid", `,"correlationid":"c-1"`, `{"no":"1","meta":{"request":"r-1"}}`, "", "r-1"},
		"that schema holds":                      {"asyncapi: api/orders.yaml#/components/messages/OrderPaid", ``, `{"nr":"1"}`, "'no'", ""},
		"another header":                         {"asyncapi: api/orders.yaml#/components/messages/OrderShipped\nschema: {required: [no]}", `,"requestid":"r-2"`, `{"no":"1"}`, "", "r-2"},
		"AsyncAPI 2, in JSON, a folder above":    {"asyncapi: ../orders.asyncapi.json#/components/messages/Old", ``, `{}`, "'no'", ""},
		"a message that says nothing":            {"asyncapi: api/orders.yaml#/components/messages/OrderSilent", `,"correlationid":"c-3"`, `{"no":"1"}`, "", "c-3"},
		"the contract has its own schema":        {"asyncapi: api/orders.yaml#/components/messages/OrderBooked\nschema: {required: [own]}", ``, `{"no":"1"}`, "'own'", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := messaged(one.field)
			if err != nil {
				t.Fatal(err)
			}
			e, err := read(t, c, one.attributes, one.data, farFuture())
			if one.want == "" && (err != nil || e.Correlation != one.correlation || e.Subject().ID != "1") || one.want != "" && (KindOf(err) != Invalid || !strings.Contains(err.Error(), one.want)) {
				t.Errorf("%+v, %v; want %q and correlation %q", e, err, one.want, one.correlation)
			}
		})
	}
	own, err := messaged("asyncapi: api/orders.yaml#/components/messages/OrderPaid", File{Name: "x.yaml", Data: []byte("kind: contract\ntype: u\nasyncapi: cat/sales/api/orders.yaml#/components/messages/OrderPaid\nmap: {correlation: /mine}\n")})
	if err != nil || own.def.Contracts[1].Map.Correlation != "/mine" || own.def.Contracts[0].Map.Correlation != "/meta/request" {
		t.Errorf("%v", err)
	}
}

func TestAMessageThatCannotBeTakenIsNamed(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"asyncapi: api/orders.yaml":                                                          "want a file beside the contract's and a message in it",
		"asyncapi: \"#/components/messages/OrderBooked\"":                                    "want a file beside the contract's",
		"asyncapi: https://example.com/orders.yaml#/components/messages/X":                   "want a file beside the contract's",
		"asyncapi: /etc/orders.yaml#/components/messages/X":                                  "want a file beside the contract's",
		"asyncapi: ../../../etc/passwd#/x":                                                   "the catalogue has no AsyncAPI document ../etc/passwd",
		"asyncapi: contract.yaml#/x":                                                         "the catalogue has no AsyncAPI document cat/sales/contract.yaml",
		"asyncapi: api/orders.yaml#/components/messages/Nothing":                             "there is no message, trait or correlation id at #/components/messages/Nothing",
		"asyncapi: api/orders.yaml#":                                                         "there is no message",
		"asyncapi: api/orders.yaml#/components/messages/OrderShipped":                        "its payload is described in application/vnd.apache.avro;version=1.9.0; give the contract a schema of its own",
		"asyncapi: api/orders.yaml#/components/messages/OrderLost":                           `the location of its correlation id is "$message.body#/x"; want $message.header#/name or $message.payload#/pointer`,
		"asyncapi: api/orders.yaml#/components/messages/OrderNested":                         `"$message.header#/a/b"; want $message.header#/name`,
		"asyncapi: api/orders.yaml#/components/messages/OrderForeign":                        "a $ref leads to https://example.com/ids.yaml#/x; want one within the document",
		"asyncapi: api/orders.yaml#/components/messages/OrderCircle":                         "a $ref leads in a circle",
		"asyncapi: api/orders.yaml#/components/messages/OrderBroken":                         "its payload is no JSON Schema",
		"signal: span\nasyncapi: api/orders.yaml#/components/messages/OrderBooked":           "only events have a message",
		"asyncapi: ../old.yaml#/components/messages/X":                                       "cat/old.yaml is of AsyncAPI 1.2.0; want 2 or 3",
		"asyncapi: api/orders.yaml#/components/messages/OrderBooked/correlationId/location/": "there is no message",
	} {
		_, err := messaged(field, File{Name: "cat/old.yaml", Data: []byte("asyncapi: 1.2.0\n")})
		line := 4 + strings.Count(field[:strings.Index(field, "asyncapi")], "\n")
		place := map[int]string{4: "cat/sales/contract.yaml:4:1: ", 5: "cat/sales/contract.yaml:5:1: "}[line]
		if KindOf(err) != Invalid || !strings.HasPrefix(err.Error(), place+"contract booked: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", field, err, want)
		}
	}
}
