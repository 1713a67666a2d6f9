package collector

import (
	"encoding/json"
	"mime"
	"net/http"
	"strings"

	"throughline/collector/journal"
	"throughline/lineage"
)

// events takes in CloudEvents over HTTP: binary, structured and batch.
func (c *Collector) events(w http.ResponseWriter, r *http.Request) {
	in := newIntake(lineage.Events, "cloudevents", r)
	var err error
	defer c.metrics.begin(in).end(&err)
	if err = c.takeEvents(w, r, in); err != nil {
		c.complain(in, err)
		c.refuseEvents(w, httpStatus(err), err)
		return
	}
	body, _ := json.Marshal(struct { // an int always marshals
		Accepted int `json:"accepted"`
	}{in.items})
	c.write(w, "application/json", http.StatusAccepted, nil, body)
}

func (c *Collector) takeEvents(w http.ResponseWriter, r *http.Request, in *intake) error {
	if _, err := modeOf(r.Header); err != nil {
		return err // before a byte of the body is read
	}
	if err := c.open(r.Context(), in); err != nil {
		return err
	}
	defer c.shut(in)
	body, err := c.body(w, r, in)
	if err != nil {
		return err
	}
	payload, encoding, err := c.readEvents(r.Header, in, body)
	if err != nil {
		return err
	}
	return c.keep(r.Context(), in, encoding, payload)
}

// readEvents returns what is to be kept, after every event in it was checked
// and counted.
func (c *Collector) readEvents(h http.Header, in *intake, payload []byte) ([]byte, journal.Encoding, error) {
	mode, err := modeOf(h)
	if err != nil {
		return nil, 0, err
	}
	encoding := journal.CloudEvent
	switch mode {
	case batch:
		encoding = journal.CloudEventBatch
	case inHeaders:
		if payload, err = c.structure(in, h, payload); err != nil {
			return nil, 0, err
		}
	}
	in.items, err = c.checkEvents(in, payload, mode == batch)
	return payload, encoding, err
}

// checkEvents counts the events and lets every one of them be judged: one bad
// event refuses the request, so that nothing is stored by half.
func (c *Collector) checkEvents(in *intake, payload []byte, batch bool) (int, error) {
	s, err := jsonShape(payload, c.cfg.MaxDepth, c.cfg.MaxValues)
	if err != nil {
		return 0, err
	}
	if batch && s.elements > c.cfg.MaxEvents {
		return 0, lineage.Errorf(lineage.TooLarge, "read the batch", "it has %d events and may have %d: send smaller batches", s.elements, c.cfg.MaxEvents)
	}
	cost := int64(s.values)*eventValue + 2*int64(len(payload))
	if batch {
		cost += int64(s.elements) * eventCost
	}
	if err := in.held.grow(cost); err != nil {
		return 0, err
	}
	events, err := lineage.ParseCloudEvents(payload, batch)
	if err != nil {
		return 0, err
	}
	return len(events), refuseOurs(events, batch)
}

// mode is how a request carries CloudEvents.
type mode uint8

const (
	inHeaders mode = iota // binary mode
	structured
	batch
)

// modeOf tells the mode by the content type, as the HTTP binding says: by its
// beginning, whatever the case.
func modeOf(h http.Header) (mode, error) {
	const op = "read the content type"
	text := h.Get("Content-Type")
	lower := strings.ToLower(strings.TrimSpace(text))
	if !strings.HasPrefix(lower, "application/cloudevents") {
		if h.Get("Ce-Specversion") == "" {
			return 0, lineage.Errorf(lineage.Invalid, op, "%q is no CloudEvent and there is no header ce-specversion: "+
				"send application/cloudevents+json, application/cloudevents-batch+json or the attributes as ce- headers", text)
		}
		return inHeaders, nil
	}
	media, params, err := mime.ParseMediaType(text)
	if err != nil {
		return 0, lineage.Errorf(lineage.Unsupported, op, "%q: %w", text, err)
	}
	if err := utf8Charset(params); err != nil {
		return 0, err
	}
	switch media {
	case "application/cloudevents+json":
		return structured, nil
	case "application/cloudevents-batch+json":
		return batch, nil
	default:
		return 0, lineage.Errorf(lineage.Unsupported, op, "%q is not spoken here: send application/cloudevents+json or application/cloudevents-batch+json", media)
	}
}

// greet answers the validation handshake of the CloudEvents webhook spec: this
// endpoint takes events from whoever asks and holds the token, at any rate.
func (c *Collector) greet(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Allow", "POST, OPTIONS")
	if origin := r.Header.Get("WebHook-Request-Origin"); origin != "" {
		w.Header().Set("WebHook-Allowed-Origin", origin)
		w.Header().Set("WebHook-Allowed-Rate", "*")
	}
	c.hurry(w)
	w.WriteHeader(http.StatusOK)
}
