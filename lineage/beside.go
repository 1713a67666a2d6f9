package lineage

import (
	"fmt"
	"strconv"
	"strings"
)

// amounts returns every place where a contract reads money.
func (k *contract) amounts() []*AmountMapping {
	var all []*AmountMapping
	if k.Map.Amount != nil {
		all = append(all, k.Map.Amount)
	}
	for i := range k.Map.Refs {
		if m := k.Map.Refs[i].Amount; m != nil {
			all = append(all, m)
		}
	}
	return all
}

// checkAmounts tells what is wrong with where a contract reads money.
func (k *contract) checkAmounts() error {
	for _, m := range k.amounts() {
		if m.Currency == "" || (m.Value == "") == (m.Minor == "") {
			return fmt.Errorf("amount has value %q, minor %q and currency %q; want a currency, and either value or minor", m.Value, m.Minor, m.Currency)
		}
	}
	for _, m := range k.Map.Refs {
		if m.Amount == nil {
			continue
		}
		if m.Role == Subject || m.Role == Alias {
			return notAllocated(m)
		}
		if err := m.Amount.checkBeside(m); err != nil {
			return err
		}
	}
	for _, a := range k.Map.Aliases {
		if a.A.Amount != nil || a.B.Amount != nil {
			return notAllocated(a.A)
		}
	}
	if m := k.Map.Subject; m != nil && m.Amount != nil {
		return notAllocated(*m)
	}
	return nil
}

func notAllocated(m RefMapping) error {
	return fmt.Errorf("the %s at %s has an amount; only refs to other objects have one, and the subject's own is map.amount", m.Type, m.ID)
}

// checkBeside tells whether an amount in a payload is found in the same element as the id that it
// goes with. Its currency may stand further out, once for all of them.
func (m *AmountMapping) checkBeside(id RefMapping) error {
	for _, location := range []string{m.Value, m.Minor, m.Currency} {
		shared := alike(location, id.ID)
		outside := runs(id.ID[shared:]) && location != m.Currency
		if strings.HasPrefix(location, "/") && (outside || runs(location[shared:])) {
			return fmt.Errorf("the amount for the %s at %s is read at %s, which is not in the same element; want a place such as %s",
				id.Type, id.ID, location, id.ID[:strings.LastIndexByte(id.ID, '/')+1]+"amount")
		}
	}
	return nil
}

// runs tells whether steps of a location go over the elements of a list.
func runs(steps string) bool { return strings.Contains(steps+"/", "/*/") }

// alike returns how long the beginning is that two locations have in common, in
// whole steps.
func alike(a, b string) int {
	n := 0
	for i := 0; ; i++ {
		endA, endB := i == len(a) || a[i] == '/', i == len(b) || b[i] == '/'
		if endA && endB {
			n = i
		}
		if i == len(a) || i == len(b) || a[i] != b[i] {
			return n
		}
	}
}

// read reads an amount. Where nothing is written there is none.
func (m *AmountMapping) read(at place) (Money, error) {
	if m == nil {
		return Money{}, nil
	}
	currency := first(at, m.Currency)
	if text := first(at, m.Minor); text != "" {
		minor, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return Money{}, Errorf(Invalid, "", "%s: %q is no whole number of minor units", m.Minor, clip(text))
		}
		if _, err := ParseMoney("0", currency); err != nil {
			return Money{}, E(Invalid, m.Minor, err)
		}
		return Money{minor, currency}, nil
	}
	text := first(at, m.Value)
	if text == "" {
		return Money{}, nil
	}
	money, err := ParseMoney(text, currency)
	if err != nil {
		return Money{}, E(Invalid, m.Value, err)
	}
	return money, nil
}

// beside returns where the amount is that goes with the id at a spot.
func (m *AmountMapping) beside(id, spot string) *AmountMapping {
	return &AmountMapping{Value: bind(m.Value, id, spot), Minor: bind(m.Minor, id, spot), Currency: bind(m.Currency, id, spot)}
}

// bind puts into a location what the wildcards of an id's location stand for at a
// spot, as far as the two locations are alike.
func bind(location, id, spot string) string {
	if spot == id {
		return location
	}
	shared := alike(location, id)
	steps := strings.Count(id[:shared], "/")
	at := 0
	for range steps {
		at++
		if next := strings.IndexByte(spot[at:], '/'); next >= 0 {
			at += next
		} else {
			at = len(spot)
		}
	}
	return spot[:at] + location[shared:]
}

// allocate names the objects of a reference with the amounts beside their ids. Where
// one place holds several ids, its amount is not told for any of them.
func (c *Catalogue) allocate(m RefMapping, role Role, at place, e *naming) {
	for _, spot := range at.spots(m.ID) {
		amount := m.Amount.beside(m.ID, spot)
		money, err := amount.read(at)
		if err != nil {
			e.mistake(err)
		}
		if len(at.find(spot)) > 1 {
			money = Money{}
		}
		one := m
		one.ID, one.Scope = spot, bind(m.Scope, m.ID, spot)
		for _, o := range c.objects(one, at) {
			e.allocate(o, role, money)
		}
	}
}
