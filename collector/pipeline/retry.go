package pipeline

import (
	"context"
	"time"
)

// retry calls f until it succeeds or ctx ends. The wait between attempts doubles.
// The first failure of a row is logged, and then one a minute.
func (p *Pipeline) retry(ctx context.Context, what string, f func() error) error {
	wait := p.cfg.RetryMin
	var logged time.Time
	for {
		err := f()
		if err == nil {
			p.trouble(what, nil)
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		p.trouble(what, err)
		// A hiccup, or an engine that has just been started, is no news.
		if now := p.deps.Now(); wait >= time.Second && now.Sub(logged) >= time.Minute {
			p.deps.Log.Warn("the pipeline waits and tries again", "what", what, "error", err, "retry_in", wait)
			logged = now
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
		wait = min(2*wait, p.cfg.RetryMax)
	}
}
