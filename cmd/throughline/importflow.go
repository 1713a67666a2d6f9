package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// asking asks a house, before anything is sent to it, whether its catalogue has a flow.
type asking struct {
	client *http.Client
	wait   func(context.Context, time.Duration) error
}

// flow fails unless the house whose pages are at an address has the flow. One that is
// busy, or that reads its state yet, is asked again for as long as patience lasts.
func (a asking) flow(ctx context.Context, pages, flow string) error {
	for waited := time.Duration(0); ; {
		again, err := a.once(ctx, pages, flow)
		if err == nil || again <= 0 {
			return err
		}
		if waited += again; waited > patience {
			return fmt.Errorf("whether the house has the flow %q cannot be asked: %w", flow, err)
		}
		if err := a.wait(ctx, again); err != nil {
			return err
		}
	}
}

// once asks once. After an error, again is how long to wait before the next try, and 0
// when there is no point in one.
func (a asking) once(ctx context.Context, pages, flow string) (again time.Duration, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, pages+"/api/v1/executions?"+url.Values{"flow": {flow}, "limit": {"1"}}.Encode(), nil)
	if err != nil {
		return 0, err
	}
	answer, err := a.client.Do(request)
	if err != nil {
		return 0, fmt.Errorf("whether the house has the flow %q cannot be asked: %w", flow, err)
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return 0, err
	}
	switch answer.StatusCode {
	case http.StatusOK:
		return 0, nil
	case http.StatusBadRequest:
		return 0, fmt.Errorf("the house does not have the flow %q; start it with the --catalog that has it. Nothing was sent: %w", flow, problemOf(answer, said))
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout:
		return retryAfter(answer.Header.Get("Retry-After")), problemOf(answer, said)
	}
	return 0, fmt.Errorf("whether the house has the flow %q cannot be asked: %w", flow, problemOf(answer, said))
}
