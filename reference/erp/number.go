package erp

import (
	"fmt"
	"strings"

	"throughline/reference/service"
)

// The number ranges: documents of one kind have ten digits with leading zeros,
// and begin at these.
const (
	firstCustomer = 1000101
	firstOrder    = 4711
	firstDelivery = 80000001
	firstInvoice  = 90000001
	firstPayment  = 1400000001
)

// ranges hands out document numbers, each once.
type ranges struct{ last *service.Table[int64] }

// next returns the next number of a kind. It is called inside DB.Update.
func (r ranges) next(kind string, start int64) string {
	n, ok := r.last.Get(kind)
	if !ok {
		n = start - 1
	}
	r.last.Put(kind, n+1)
	return fmt.Sprintf("%010d", n+1)
}

// completed is the range that counts the orders that were paid.
const completed = "completed"

// count returns how many numbers of a kind were handed out.
func (r ranges) count(kind string, start int64) int {
	n, ok := r.last.Get(kind)
	if !ok {
		return 0
	}
	return int(n - start + 1)
}

// padded takes a document number with or without its leading zeros.
func padded(number string) string {
	return strings.Repeat("0", max(0, 10-len(number))) + number
}
