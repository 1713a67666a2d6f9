package embedded

import "strings"

// prelude returns the statements that put a session into the state that a
// request asks for, in order: the database first and readonly last, since
// nothing can be set behind it. comment marks the statement for KILL QUERY.
func (q *request) prelude(comment string) []string {
	var statements []string
	if q.database != "" {
		statements = append(statements, "USE "+quoteName(q.database))
	}
	assignments := []string{"log_comment = " + quoteText(comment)}
	for _, s := range q.settings {
		assignments = append(assignments, s.name+" = "+quoteText(s.value))
	}
	statements = append(statements, "SET "+strings.Join(assignments, ", "))
	if q.readonly != "" {
		statements = append(statements, "SET readonly = "+quoteText(q.readonly))
	}
	return statements
}

// quoteText writes a text as a literal of ClickHouse's SQL.
func quoteText(text string) string { return "'" + escape(text, '\'') + "'" }

// quoteName writes a name as a quoted identifier of ClickHouse's SQL.
func quoteName(name string) string { return "`" + escape(name, '`') + "`" }

func escape(text string, quote byte) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; c {
		case 0:
			b.WriteString(`\0`)
		case quote, '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
