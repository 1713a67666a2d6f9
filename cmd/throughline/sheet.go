package main

import (
	"strings"
	"time"
	"unicode"
)

// sheet is what a terminal is to show, line by line.
type sheet struct {
	colour bool
	width  int // columns; 0: lines are not cut
	zone   *time.Location
	text   strings.Builder
}

// piece is a part of a line in one ink.
type piece struct {
	ink  ink
	text string
}

// line writes a line, and cuts it where the terminal ends.
func (s *sheet) line(pieces ...piece) {
	room := s.width
	for _, p := range pieces {
		text := clean(p.text)
		if s.width > 0 {
			if room <= 0 {
				break
			}
			long := wide(text) > room
			text = cut(text, room)
			if room -= wide(text); long {
				room = 0
			}
		}
		s.put(p.ink, text)
	}
	s.text.WriteString("\n")
}

func (s *sheet) put(ink ink, text string) {
	if s.colour && ink != plainInk && text != "" {
		text = "\x1b[" + string(ink) + "m" + text + "\x1b[0m"
	}
	s.text.WriteString(text)
}

// wrapped writes words, so far apart, on as many lines as they need, each after the
// indent.
func (s *sheet) wrapped(first, rest, apart string, ink ink, words []string) {
	line := ""
	for i, word := range words {
		word = clean(word)
		switch {
		case i == 0:
			line = word
		case s.width > 0 && wide(first)+wide(line)+wide(apart)+wide(word) > s.width:
			s.text.WriteString(first)
			s.put(ink, line)
			s.text.WriteString("\n")
			first, line = rest, word
		default:
			line += apart + word
		}
	}
	s.text.WriteString(first)
	s.put(ink, line)
	s.text.WriteString("\n")
}

// sentence writes a text that goes on over lines.
func (s *sheet) sentence(first, rest string, ink ink, text string) {
	s.wrapped(first, rest, " ", ink, strings.Fields(clean(text)))
}

// moment tells a time with its zone.
func (s *sheet) moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "a time that was not told"
	}
	return t.In(s.zone).Format("2006-01-02 15:04:05 MST")
}

// wide is how many columns a text takes, for scripts whose letters take one each.
func wide(text string) int {
	n := 0
	for _, r := range text {
		if !unicode.Is(unicode.Mn, r) {
			n++
		}
	}
	return n
}

// cut takes as much of a text as fits, and says that it goes on.
func cut(text string, room int) string {
	if wide(text) <= room {
		return text
	}
	r := []rune(text)
	return string(r[:max(0, min(len(r), room-1))]) + "…"
}
