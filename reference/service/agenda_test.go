package service_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"throughline/reference/service"
)

func TestAgendaKeepsItsTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		agenda := service.NewAgenda(time.Now)
		begin := time.Now()
		var done []string
		note := func(name string) func(context.Context) {
			return func(context.Context) { done = append(done, name+"@"+time.Since(begin).String()) }
		}
		agenda.At(begin.Add(3*time.Second), note("late"))
		agenda.At(begin.Add(-time.Hour), note("overdue"))
		go agenda.Run(t.Context())
		<-time.After(time.Second)
		agenda.At(begin.Add(2*time.Second), note("first"))
		agenda.At(begin.Add(2*time.Second), note("second"))
		<-time.After(5 * time.Second)
		synctest.Wait()
		if got, want := strings.Join(done, " "), "overdue@0s first@2s second@2s late@3s"; got != want {
			t.Errorf("done %s, want %s", got, want)
		}
	})
}
