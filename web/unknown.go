package web

import (
	"context"
	"slices"
	"strings"

	"throughline/lineage"
)

// A list that is empty since it was narrowed by a misspelt name reads to a script as
// "there is none". What nothing has and no rule names is refused instead. Names that were
// in force once are not: something may still have them.

// unknown refuses a name that is none of those that are known. No name is known.
func unknown(parameter, name string, known []string) error {
	if name == "" || slices.Contains(known, name) {
		return nil
	}
	if len(known) == 0 {
		return lineage.Errorf(lineage.Invalid, "read request", "%s %q is not known, nor is any other", parameter, name)
	}
	return lineage.Errorf(lineage.Invalid, "read request", "%s %q is none of %s", parameter, name, strings.Join(known, ", "))
}

// unknownFlow refuses a flow that the catalogue does not have.
func (s *Server) unknownFlow(name string) error {
	return unknown("flow", name, append([]string{lineage.TransactionFlow}, each(s.deps.Catalogue().Flows(), func(f lineage.Flow) string { return f.Name })...))
}

// unknownSLA refuses a deadline that the catalogue does not have.
func (s *Server) unknownSLA(name string) error {
	return unknown("sla", name, each(s.deps.Catalogue().SLAs(), func(sla lineage.SLA) string { return sla.Name }))
}

// unknownStage refuses a stage that neither a rule of the flow, or of any, nor what is
// resident has. The built-in flow has whatever stages events name, and so any.
func (s *Server) unknownStage(ctx context.Context, q lineage.ListQuery) error {
	if q.Stage == "" || q.Flow == lineage.TransactionFlow {
		return nil
	}
	overview, err := s.deps.Lineage.Overview(ctx, s.config.Tenant)
	if err != nil {
		return err
	}
	_, stages := choices(overview, lineage.ListQuery{Flow: q.Flow})
	for _, f := range s.deps.Catalogue().Flows() {
		for _, rule := range f.Stages {
			if (q.Flow == "" || q.Flow == f.Name) && !slices.Contains(stages, rule.Name) {
				stages = append(stages, rule.Name)
			}
		}
	}
	return unknown("stage", q.Stage, stages)
}
