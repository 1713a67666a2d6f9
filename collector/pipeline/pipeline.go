package pipeline

import (
	"context"
	"sync"
	"time"

	"throughline/collector/journal"
	"throughline/lineage"
)

// Pipeline takes what the journal holds to the store and the feed. Its methods
// are safe for concurrent use.
type Pipeline struct {
	cfg     Config
	deps    Deps
	writer  string
	metrics *metrics

	window  *window // these four belong to the goroutine that decodes
	known   *known
	ledger  ledger
	usual   int // events of the last block: the feed keeps them, so the next one needs as much room
	inserts chan *pending
	feeds   chan feeding
	spare   chan *lineage.Block // whose room can be used again

	reading context.Context // ends when Stop is called
	stop    context.CancelFunc
	working context.Context // ends when Stop gives up waiting
	abandon context.CancelFunc
	group   sync.WaitGroup

	placing  chan struct{} // has room for one: a cut or a checkpoint on its way into the ledger
	mu       sync.Mutex
	started  bool
	state    string
	cp       checkpoint  // as it is now, on disk or about to be
	open     []openBlock // cut and not yet freed, in order
	arrivals []time.Time // when the first record of each block came in that is not yet stored
	troubles map[string]error
}

// pending is a block on its way into the store.
type pending struct {
	cut     *cut
	block   *lineage.Block
	inDoubt bool
	late    time.Time // when its last record came in
}

// feeding is what the feed gets of a block.
type feeding struct {
	block  uint64
	events []lineage.Event
}

// openBlock is what has to be kept of a block until it is freed.
type openBlock struct {
	mark
	seq uint64 // of its cut in the ledger
}

// New returns a pipeline. It fails with Internal when something required is missing.
func New(cfg Config, deps Deps) (*Pipeline, error) {
	cfg.fill()
	if err := deps.fill(); err != nil {
		return nil, err
	}
	p := &Pipeline{
		cfg: cfg, deps: deps, writer: deps.Journal.ID(), known: newKnown(), state: "new",
		inserts: make(chan *pending, cfg.Pending), feeds: make(chan feeding, cfg.Pending),
		spare: make(chan *lineage.Block, cfg.Pending), troubles: map[string]error{}, placing: make(chan struct{}, 1),
	}
	p.metrics = newMetrics(p)
	return p, nil
}

// Start reads the ledger and begins to work; the store may still be away. It
// fails with Unavailable when the ledger cannot be read.
func (p *Pipeline) Start(ctx context.Context) error {
	l, err := readLedger(p.deps.Ledger, p.writer)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started {
		return lineage.Errorf(lineage.Conflict, "pipeline", "it was started before")
	}
	if err := p.metrics.register(p.deps.Registerer); err != nil {
		return err
	}
	p.started, p.ledger, p.cp, p.state = true, l, l.checkpoint, "reading what the store has"
	p.cp.Writer, p.cp.Top, p.cp.Reach = p.writer, l.top, l.reach
	for _, c := range l.stored {
		p.keepOpen(c)
	}
	for _, c := range l.doubt {
		p.keepOpen(c)
	}
	p.working, p.abandon = context.WithCancel(context.WithoutCancel(ctx))
	p.reading, p.stop = context.WithCancel(p.working)
	p.group.Go(p.decode)
	p.group.Go(p.insert)
	p.group.Go(p.feed)
	return nil
}

// Stop cuts what has been read, and waits until it is stored or ctx ends. What
// is not stored by then is made again at the next start. It is safe to call twice.
func (p *Pipeline) Stop(ctx context.Context) error {
	p.mu.Lock()
	started := p.started
	p.mu.Unlock()
	if !started {
		return nil
	}
	p.stop()
	done := make(chan struct{})
	go func() {
		p.group.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	p.abandon()
	<-done
	p.metrics.unregister(p.deps.Registerer)
	return nil
}

// keepOpen notes a block that has been cut; the caller holds the lock, or is Start.
func (p *Pipeline) keepOpen(c *cut) {
	o := openBlock{mark{Block: c.Block, Last: c.Last, Through: c.Through}, c.seq}
	for i, a := range c.Tally {
		o.Stitched[i] = a.Events
	}
	p.open = append(p.open, o)
}

func (p *Pipeline) become(state string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = state
}

// trouble notes that something fails, or no longer does.
func (p *Pipeline) trouble(what string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		delete(p.troubles, what)
		return
	}
	p.troubles[what] = err
	p.metrics.failures.WithLabelValues(what).Inc()
}

// decode is the goroutine that turns records into blocks: first what the last
// run left in doubt, then what comes.
func (p *Pipeline) decode() {
	defer close(p.inserts)
	defer close(p.feeds)
	err := p.retry(p.reading, "read what the store has", func() error {
		p.window = newWindow(p.cfg)
		return p.window.load(p.reading, p.deps.Memory, p.writer, p.ledger.Since)
	})
	if err != nil {
		return
	}
	p.become("making blocks again that are in doubt")
	if !p.refeed() {
		return
	}
	last, through, ok := p.replay()
	if !ok {
		return
	}
	p.become("running")
	p.follow(last, through)
}

// send hands a block on. It waits while too many are on their way, and reports
// false when the pipeline was stopped first.
func (p *Pipeline) send(d *draft, q *pending) bool {
	select {
	case p.feeds <- d.feeding():
	case <-p.working.Done():
		return false
	}
	select {
	case p.inserts <- q:
		return true
	case <-p.working.Done():
		return false
	}
}

// draft begins a block.
func (p *Pipeline) draft(block, last uint64, through journal.Counts, catalogue *lineage.Catalogue, j judge) *draft {
	p.known.reset()
	d := &draft{
		cut: cut{
			Writer: p.writer, Block: block, First: last + 1, Last: last, Through: through,
			Catalogue: catalogue.Hash(), Decoder: p.deps.Decoder.Version(),
		},
		catalogue: catalogue, decoder: p.deps.Decoder, judge: j, known: p.known, began: p.deps.Now(),
	}
	select {
	case d.block = <-p.spare:
	default:
		d.block = &lineage.Block{}
	}
	d.block.Writer, d.block.ID = p.writer, block
	d.block.Events = make([]lineage.Event, 0, p.usual)
	return d
}
