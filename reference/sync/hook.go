package sync

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"throughline/reference/bus"
	"throughline/reference/crm"
	"throughline/reference/erp"
	"throughline/reference/service"
)

// takeHook stores a webhook in the stream of the system that sent it, and only
// then answers. A webhook that comes twice is stored once, by its id.
func (y *Sync) takeHook(r *http.Request) (int, any, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, service.Refuse(http.StatusRequestEntityTooLarge, "the body cannot be read: %v", err)
	}
	m := bus.Message{
		Subject: r.PathValue("system") + "." + r.Header.Get(service.HookEvent), ID: r.Header.Get(service.HookID), Body: body,
	}
	if m.ID == "" {
		return 0, nil, service.Refuse(http.StatusBadRequest, "header %s is missing", service.HookID)
	}
	about, correlation, err := read(m)
	if err != nil {
		return 0, nil, service.Refuse(http.StatusBadRequest, "%s: %v", m.Subject, err)
	}
	m.Correlation = correlation
	service.Tag(r.Context(), about)
	messages, err := y.enqueue(m, about)
	if err != nil {
		return 0, nil, err
	}
	for _, m := range messages {
		if err := y.bus.Publish(r.Context(), y.Service, m, about); err != nil {
			return 0, nil, service.Refuse(http.StatusServiceUnavailable, "%v", err)
		}
	}
	return http.StatusAccepted, map[string]string{"accepted": m.ID}, nil
}

// enqueue returns the messages that a webhook becomes: one, unless its order has
// a fault that makes it two or none.
func (y *Sync) enqueue(m bus.Message, about service.IDs) ([]bus.Message, error) {
	quote := about["quote.id"]
	if m.Subject != "crm."+crm.HookAccepted {
		return []bus.Message{m}, nil
	}
	switch y.cfg.Faults.Of(quote) {
	case service.FaultLost:
		if m.ID == crm.AcceptedID(quote) {
			return nil, y.lose(quote)
		}
	case service.FaultDuplicate:
		again := m
		again.ID += ":again"
		return []bus.Message{m, again}, nil
	}
	return []bus.Message{m}, nil
}

// errNoSubject refuses a webhook that no consumer would ever take.
var errNoSubject = errors.New("nobody takes this webhook")

// read finds what a message is about. Only the CRM knows a correlation id.
func read(m bus.Message) (about service.IDs, correlation string, err error) {
	switch m.Subject {
	case "crm." + crm.HookWon:
		var h crm.WonHook
		err = json.Unmarshal(m.Body, &h)
		return service.IDs{"opportunity.id": h.ID, "account.id": h.Account.ID, "correlation.id": h.CorrelationID}, h.CorrelationID, need(err, h.ID)
	case "crm." + crm.HookAccepted:
		var q crm.Quote
		err = json.Unmarshal(m.Body, &q)
		return service.IDs{"opportunity.id": q.OpportunityID, "quote.id": q.ID, "correlation.id": q.CorrelationID}, q.CorrelationID, need(err, q.ID)
	case "erp." + erp.HookBooked:
		var o erp.Order
		err = json.Unmarshal(m.Body, &o)
		return service.IDs{"order.id": o.SalesOrder, "quote.id": o.PurchaseOrderByCustomer}, "", need(err, o.SalesOrder)
	case "erp." + erp.HookShipped:
		var d erp.Delivery
		err = json.Unmarshal(m.Body, &d)
		return service.IDs{"order.id": d.SalesDocument, "delivery.id": d.DeliveryDocument}, "", need(err, d.DeliveryDocument)
	}
	return nil, "", errNoSubject
}

func need(err error, id string) error {
	if err == nil && id == "" {
		return errors.New("the body has no id")
	}
	return err
}

// ids is read for a span, which has to do without what cannot be read.
func ids(m bus.Message) service.IDs {
	about, _, _ := read(m)
	return about
}
