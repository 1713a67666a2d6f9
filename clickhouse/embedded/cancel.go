package embedded

import (
	"context"
	"time"
)

// watch kills the statement marked with a comment as soon as ctx ends, and goes
// on until the returned function is called: a statement may not have begun when
// it is first killed.
func (s *Server) watch(ctx context.Context, comment string) (stop func()) {
	over, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-over:
			return
		case <-ctx.Done():
		}
		again := time.NewTicker(200 * time.Millisecond)
		defer again.Stop()
		for {
			if err := s.engine.aside("KILL QUERY WHERE Settings['log_comment'] = " + quoteText(comment) + " ASYNC"); err != nil {
				s.log.Warn("cannot kill a statement", "error", err)
			}
			select {
			case <-over:
				return
			case <-again.C:
			}
		}
	}()
	return func() {
		close(over)
		<-gone
	}
}
