package lineage

// gone remembers which ids and claims a graph has let go of entirely. What it takes for
// one of them and is none costs a look into the store.
type gone struct{ NumberSet }

func (s *gone) addEvent(id string) { s.Add(evidenceNumber(numberedEvent, id)) }
func (s *gone) hasEvent(id string) bool {
	return !s.Empty() && s.Has(evidenceNumber(numberedEvent, id))
}
func (s *gone) addID(text string)      { s.Add(evidenceNumber(numberedID, text)) }
func (s *gone) hasID(text string) bool { return !s.Empty() && s.Has(evidenceNumber(numberedID, text)) }
func (s *gone) addTwin(text string)    { s.Add(evidenceNumber(numberedTwin, text)) }
func (s *gone) hasTwin(text string) bool {
	return !s.Empty() && s.Has(evidenceNumber(numberedTwin, text))
}
func (s *gone) addClaim(k claimKey)      { s.Add(k.number()) }
func (s *gone) hasClaim(k claimKey) bool { return !s.Empty() && s.Has(k.number()) }
