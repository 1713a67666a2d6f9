package ocel

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"throughline/lineage"
)

// Stub writes a guess down as a file of a catalogue: types, a flow, and a contract
// for every type of events that is always about one object. Comments say why, and
// what to edit. log is the log's name, flow the flow's.
func (g *Guess) Stub(log, flow string) []byte {
	s := &stub{Guess: g, log: log, flow: flow}
	s.line("# What the log %s may be, guessed from its events: a start to edit.", log)
	s.line("#")
	s.line("# 1. Read the types: is each what it is said to be? context is searched for and never")
	s.line("#    crossed, and a leaf is taken in but not walked on. What is missed here glues")
	s.line("#    transactions together.")
	s.line("# 2. Read the flow: is the anchor what you call one transaction? Ranks go down the")
	s.line("#    stream; the walk goes from the anchor to ever higher ones, and to ever lower ones.")
	s.line("# 3. throughline check --catalog DIR, then throughline import ocel FILE --flow %s --catalog DIR,", plain(flow))
	s.line("#    with the same directory given to the program that runs.")
	s.line("#")
	s.line("# The names of types are the log's own, in lineage's spelling. Relations between objects")
	s.line("# come by these names as well, so keep them.")
	s.types()
	s.flowDocument()
	for i := range g.Steps {
		s.contract(&g.Steps[i])
	}
	return s.out.Bytes()
}

type stub struct {
	*Guess
	log, flow string
	out       bytes.Buffer
}

func (s *stub) line(format string, args ...any) {
	fmt.Fprintf(&s.out, format+"\n", args...)
}

func (s *stub) types() {
	s.line("kind: types")
	var fresh []GuessedType
	for _, t := range s.Types {
		if t.Known {
			s.line("# %s, the log's %s, is known to the catalogue already, as a %s type; that holds.", t.Word, plain(clip(t.Name)), t.Class)
		} else {
			fresh = append(fresh, t)
		}
	}
	if len(fresh) == 0 {
		s.line("types: {}")
	} else {
		s.line("types:")
	}
	for _, t := range fresh {
		s.line("  # the log's %s. Guessed %s", plain(clip(t.Name)), plain(t.Why))
		s.line("  %s: {class: %s}", yaml(t.Word), t.Class)
	}
	if len(s.Parts) > 0 {
		s.line("# The qualifiers of the log that contracts below take for roles. Say from and to which")
		s.line("# types they lead, if you like a misspelt one to be told.")
		s.line("qualifiers:")
	}
	for _, part := range s.Parts {
		s.line("  %s: {}", yaml(part))
	}
}

func (s *stub) flowDocument() {
	s.line("---")
	s.line("# The anchor was guessed as the type that comes first and has the most below it; a rank")
	s.line("# as one more than that of every type whose objects come before those that they meet.")
	s.line("kind: flow")
	s.line("name: %s", yaml(s.flow))
	s.line("version: 1")
	s.line("anchor: %s", yaml(s.Anchor))
	s.line("ranks:")
	ranked := slices.DeleteFunc(slices.Clone(s.Types), func(t GuessedType) bool { return t.Class != lineage.Business })
	slices.SortStableFunc(ranked, func(a, b GuessedType) int { return a.Rank - b.Rank })
	for _, t := range ranked {
		s.line("  %s: %d", yaml(t.Word), t.Rank)
	}
	if leaves := s.leaves(); len(leaves) > 0 {
		var quoted []string
		for _, leaf := range leaves {
			quoted = append(quoted, yaml(leaf))
		}
		s.line("leaf: [%s]", strings.Join(quoted, ", "))
	}
	s.line("# Qualifiers that lead on between objects of one rank, such as replaces:")
	s.line("same_type: []")
	s.stages()
}

// stages lists what nearly every object goes through, and as comments what some do.
func (s *stub) stages() {
	s.line("# A transaction is completed when all its stages are. These are the events that at least")
	s.line("# %.0f %% of the objects of their type have; drop what need not come.", 100*stageShare)
	s.line("stages:")
	some := false
	for _, step := range s.Steps {
		if step.Stage {
			some = true
			s.line("  - {name: %s, type: %s, complete: all}", yaml(step.Name), yaml(step.Subject))
		}
	}
	if !some {
		s.line("  # No event is that common. Put the last one that a transaction needs here.")
		s.line("  - {name: %s, type: %s, complete: any}", yaml(s.Steps[0].Name), yaml(s.Anchor))
	}
	for _, step := range s.Steps {
		if !step.Stage && step.Subject != "" {
			s.line("  # - {name: %s, type: %s, complete: any}   # %.0f %% have it", yaml(step.Name), yaml(step.Subject), 100*step.Share)
		}
	}
}

func (s *stub) contract(step *Step) {
	if step.Subject == "" {
		s.line("# %s: %d events, which differ in what they name one object of. They have no contract:", plain(clip(step.Name)), step.Events)
		s.line("# each is about the object that is alone of its type, of the type of the greatest rank.")
		return
	}
	s.line("---")
	s.line("kind: contract")
	s.line("type: %s", yaml(EventType(s.log, step.Name)))
	s.line("version: 1")
	s.line("map:")
	s.line("  stage: %s", yaml(step.Name))
	s.line("  # what these events are about: each names exactly one")
	s.line("  subject: {type: %s, id: %s}", yaml(step.Subject), yaml("/objects/"+pointer(step.Subject)+"/0"))
	var refs []string
	for _, r := range step.Refs {
		if r.Type == step.Subject {
			continue
		}
		role := ""
		if r.Role != "" {
			role = ", role: " + yaml(string(r.Role))
		}
		id := "/ocel/event/relationships/" + pointer(r.Type) + "/" + pointer(r.Qualifier) + "/*"
		refs = append(refs, fmt.Sprintf("    - {type: %s, id: %s%s}", yaml(r.Type), yaml(id), role))
	}
	if len(refs) > 0 {
		s.line("  refs:\n%s", strings.Join(refs, "\n"))
	}
}

// pointer escapes one step of a JSON pointer.
func pointer(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// yaml writes a text as YAML has it: bare where nothing can be mistaken, else quoted.
// A JSON string is one of YAML's too.
func yaml(s string) string {
	bare := regexp.MustCompile(`^[a-z][a-z0-9_-]*$`).MatchString(s)
	switch s {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		bare = false
	}
	if bare {
		return s
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		return `""` // a string always encodes
	}
	return string(quoted)
}

// plain fits a text into a comment.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd {
			return ' '
		}
		return r
	}, s)
}
