package alerts

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/lineage"
	"throughline/slo"
)

// summary says what happened, in one sentence.
func summary(i *slo.Incident) string {
	switch {
	case i.Kind == slo.LateIncident && i.State == slo.Resolved:
		return fmt.Sprintf("Source %s has caught up: %s", i.Source, last(i))
	case i.Kind == slo.LateIncident:
		return fmt.Sprintf("Source %s is behind: %s", i.Source, deadlines(i.Waiting))
	case i.State == slo.Resolved:
		return fmt.Sprintf("%s is resolved, which had missed “%s”: %s", name(i.Subject), title(i), last(i))
	}
	text := fmt.Sprintf("%s missed “%s”: due %s, noticed %s later", name(i.Subject), title(i), clockTime(i.DueAt, i.OpenedAt), span(i.LateBy))
	if m := i.Impact.Amount; !m.IsZero() {
		text += "; " + grouped(m) + " at risk"
	}
	return text
}

// description says where it sticks, and why in the source's words.
func description(i *slo.Incident) string {
	if i.Kind == slo.LateIncident {
		return fmt.Sprintf("What has passed its deadline may have been done in time without our knowing. "+
			"Each breach is confirmed or corrected once %s has told all.", i.Source)
	}
	if i.Impact.Stage == "" && i.State == slo.Resolved {
		return "Where it stuck was never known."
	}
	if i.Impact.Stage == "" {
		return "Nothing is known yet of where it sticks."
	}
	text := "It sticks at stage " + i.Impact.Stage
	failed, retried := ", which failed", ", which is being tried again"
	if i.State == slo.Resolved {
		text = "It stuck at stage " + i.Impact.Stage
		failed, retried = ", which had failed", ", which was being tried again"
	}
	switch i.Impact.State {
	case lineage.StateFailed:
		text += failed
	case lineage.StateRetrying:
		text += retried
	}
	if i.Impact.Reason == "" {
		return text + "."
	}
	return text + ": " + clip(i.Impact.Reason, 1000)
}

func deadlines(n int) string {
	if n == 1 {
		return "1 deadline has passed that it may still have kept"
	}
	return fmt.Sprintf("%d deadlines have passed that it may still have kept", n)
}

func title(i *slo.Incident) string {
	if i.Impact.Title != "" {
		return i.Impact.Title
	}
	return i.SLA
}

// name is how people say an object: "Credit note 4711".
func name(o lineage.Object) string {
	kind := strings.NewReplacer("_", " ", "-", " ").Replace(o.Type)
	if first, size := utf8.DecodeRuneInString(kind); size > 0 {
		kind = string(unicode.ToUpper(first)) + kind[size:]
	}
	return kind + " " + o.ID
}

// clockTime is a time of day, with its date when that is another one.
func clockTime(t, beside time.Time) string {
	t, beside = t.UTC(), beside.UTC()
	if t.Format(time.DateOnly) == beside.Format(time.DateOnly) {
		return t.Format("15:04:05 UTC")
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}

// span is a duration in the two units that matter: "0.7 s", "3 min 5 s", "2 d 4 h".
func span(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", math.Round(d.Seconds()*10)/10)
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return units(d, time.Minute, "min", time.Second, "s")
	case d < 24*time.Hour:
		return units(d, time.Hour, "h", time.Minute, "min")
	default:
		return units(d, 24*time.Hour, "d", time.Hour, "h")
	}
}

func units(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := fmt.Sprintf("%d %s", d/large, largeName)
	if rest := d % large / small; rest > 0 {
		text += fmt.Sprintf(" %d %s", rest, smallName)
	}
	return text
}

// grouped writes an amount with its thousands apart: "1,250.00 EUR".
func grouped(m lineage.Money) string {
	whole, decimals, has := strings.Cut(m.Decimal(), ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if has {
		whole += "." + decimals
	}
	return sign + whole + " " + m.Currency
}

// clip shortens a text that others wrote, between two letters.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
