// Package storetest is the contract of clickhouse.Store as tests. It runs on any
// ClickHouse: the embedded engine, always, and a server when there is one.
package storetest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	driver "github.com/ClickHouse/clickhouse-go/v2"
	"github.com/google/go-cmp/cmp"

	"throughline/clickhouse"
)

// Run runs the contract against the ClickHouse behind dsn. Every case has
// databases of its own and leaves none behind.
func Run(t *testing.T, dsn string) {
	for name, check := range map[string]func(*testing.T, *Fixture){
		"every field of a span comes back":                                    spansComeBack,
		"every field of a log comes back":                                     logsComeBack,
		"every field of an event comes back":                                  eventsComeBack,
		"every field of an identifier comes back":                             identifiersComeBack,
		"every field of a quarantined thing comes back":                       quarantineComesBack,
		"every field of an execution comes back":                              executionsComeBack,
		"every field of a transition comes back":                              transitionsComeBack,
		"every field of an incident comes back":                               incidentsComeBack,
		"every field of a queue's measurement comes back":                     queuesComeBack,
		"a block in doubt is completed, whatever of it was stored":            doubtIsCompleted,
		"a block in doubt of which nothing was stored is stored":              doubtOfNothing,
		"a block is stored once, however often it is in doubt":                doubtAgain,
		"a block that is larger than one insert is completed row by row":      doubtOfLarge,
		"blocks of two writers with one number are two":                       twoWriters,
		"blocks appended side by side are all there":                          sideBySide,
		"a block of two tenants is seen by each in part":                      tenantsAreApart,
		"events stream back in the order of the journal":                      eventsInOrder,
		"an error of the reader ends the stream":                              streamEnds,
		"a flow's events come out once, with what goes with their sources":    flowEventsComeOut,
		"pages of every list follow each other without gap or repeat":         pagesFollow,
		"a limit or cursor that is none of ours is invalid":                   badPages,
		"a trace is counted over blocks and hours":                            tracesAreCounted,
		"spans of a trace that lasts for days are found":                      longTraces,
		"the latest identities are told from a block on":                      recentIdentities,
		"a greater version of an execution holds, whatever comes first":       versionsHold,
		"a tombstone ends an execution until it lives again":                  tombstones,
		"executions below a version are retired, and no others":               retirement,
		"executions are listed newest first and by flow, state and stage":     executionLists,
		"the sequence of an execution is kept":                                sequencesAreKept,
		"variants are counted with their times and bottlenecks":               variantsAreCounted,
		"variants lead to their executions":                                   variantsLeadToTheirExecutions,
		"variants lead to their executions of one type of anchor":             variantsOfOneType,
		"a question on variants that makes no sense is invalid":               badVariants,
		"what becomes of the events of a source is told":                      eventsAreFollowed,
		"what becomes of the spans of a service is told":                      spansAreFollowed,
		"calls that lose their context are told":                              contextIsFollowed,
		"ids that lie are told":                                               idsThatLie,
		"a past window has nothing of what came since":                        aPastWindow,
		"a question on stitchability that makes no sense is invalid":          badStitching,
		"a clock is as the most transitions left it, whatever comes first":    clocksFollow,
		"a subject that gets another name keeps its clock":                    mergedSubject,
		"transitions told again, whole or in part, change nothing":            toldAgain,
		"transitions of more days than one insert takes are stored":           longAway,
		"what is judged of a tenant is seen by that tenant alone":             judgedApart,
		"a greater version of an incident holds, whatever comes first":        incidentVersions,
		"a trend has the deepest measurement of every queue and step":         queuesHaveTrends,
		"measurements of queues are forgotten after 30 days":                  queuesAreForgotten,
		"what is set aside without a block is stored once":                    setAside,
		"a list has the beginning of a large payload, and its size":           largePayload,
		"a page of large payloads is read without holding them":               manyLargePayloads,
		"what is quarantined twice comes once":                                quarantinedTwice,
		"an id is found in the texts of events, as a word of its own":         idsInTexts,
		"texts are searched a month back, the latest first":                   textsOfAMonth,
		"an id is found in what was quarantined":                              idsInQuarantine,
		"what was received is mapped anew as if it had just come":             mappedAnew,
		"what was received comes back, and what may be read from spans":       receivedComesBack,
		"events that were mapped anew come back as they are mapped now":       remappedComeBack,
		"evidence is found by all that it names and carries":                  evidenceIsFound,
		"an id is evidence where its type joins, or an equality states it":    evidenceOfTypes,
		"whatever came under one id is found with any of it":                  evidenceOfOneID,
		"evidence is made of what was stored before as it is made since":      evidenceOfBefore,
		"evidence is asked for by the thousand":                               evidenceOfThousands,
		"executions are told in short by their names":                         summariesAreTold,
		"executions are told in outline with what they await":                 outlinesAreTold,
		"the numbers of all evidence come back":                               numbersComeBack,
		"chains, decisions and what came since are unsettled":                 chainsAreUnsettled,
		"what is unsettled comes as it is mapped now":                         mappedAnewIsUnsettled,
		"what is unsettled comes as all that is stored does":                  unsettledOfAny,
		"what is unsettled comes by the hundred":                              unsettledByTheHundred,
		"the members of what no anchor reaches are told":                      looseIsTold,
		"a source was last heard when its latest event came in":               lastHeard,
		"what was refused is read back in batches, each once":                 refusedInOrder,
		"spans and logs come back with the events that they are":              observedInOrder,
		"decisions are kept among events, and are found":                      decisionsAreKept,
		"decisions are never forgotten":                                       decisionsStay,
		"every field of an entry of the audit comes back":                     auditComesBack,
		"dictionaries of any size come back":                                  dictionaries,
		"payloads are taken apart, place by place":                            payloadsAreTakenApart,
		"samples of payloads are bounded, and tell what was not read":         samplesAreBounded,
		"samples of payloads are bounded by their bytes":                      samplesAreBoundedByBytes,
		"what came in is told every time, not now and then":                   trafficIsAlwaysTold,
		"a window with more than there is time for is too large":              tooMuchTraffic,
		"refused events are counted by source and type":                       refusedKindsAreCounted,
		"a window of traffic that cannot be is invalid":                       badWindows,
		"text of any kind comes back byte by byte":                            anyText,
		"counts are told by table and writer":                                 countsAreTold,
		"what was stored is there after a restart":                            restart,
		"migrating again changes nothing":                                     migrateAgain,
		"the views have the exporter's columns and types":                     viewColumns,
		"the exporter's reading queries find what was stored":                 viewQueries,
		"a tenant's views show that tenant alone":                             viewTenants,
		"the last 15 minutes and a trace are read without the rest":           fewGranules,
		"a table that is not durable stops the start with the setting's name": notDurable,
		"a table that is missing stops the start with its name":               notMigrated,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, NewFixture(t, dsn))
		})
	}
}

// Fixture is a migrated and started store on databases of its own, and a
// connection beside it.
type Fixture struct {
	*clickhouse.Store
	Config clickhouse.Config
	Conn   driver.Conn
}

// NewFixture makes a fixture that ends with the test.
func NewFixture(t testing.TB, dsn string) *Fixture {
	t.Helper()
	id := "t" + rand.Text()
	f := &Fixture{Config: clickhouse.Config{DSN: dsn, Database: id, Views: id + "_otel_", Tenants: []string{"default", "other"}}}
	options, err := driver.ParseDSN(dsn)
	must(t, err)
	options.Auth.Database = "default"
	f.Conn, err = driver.Open(options)
	must(t, err)
	f.Store = f.open(t)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for _, name := range []string{id, id + "_otel_default", id + "_otel_other"} {
			must(t, f.Conn.Exec(ctx, "DROP DATABASE IF EXISTS {name:Identifier}", driver.Named("name", name)))
		}
		must(t, f.Conn.Close())
	})
	return f
}

// open opens another store on the fixture's databases.
func (f *Fixture) open(t testing.TB) *clickhouse.Store {
	t.Helper()
	s, err := clickhouse.New(f.Config, clickhouse.Deps{})
	must(t, err)
	must(t, s.Migrate(t.Context()))
	must(t, s.Start(t.Context()))
	t.Cleanup(func() { must(t, s.Stop(context.Background())) })
	return s
}

// scan reads one row of one query.
func (f *Fixture) scan(t testing.TB, query string, targets ...any) {
	t.Helper()
	must(t, f.Conn.QueryRow(t.Context(), f.in(query)).Scan(targets...))
}

// in puts the names of the fixture's databases into a query: store. and otel.
func (f *Fixture) in(query string) string {
	return replaceNames(query, f.Config.Database, f.Config.Views+"default")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// equal fails unless got is want.
func equal[T any](t interface {
	Helper()
	Fatalf(format string, args ...any)
}, what string, got, want T,
) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (- wanted, + got):\n%s", what, diff)
	}
}

// Merged merges a table into one part a partition and returns its bytes on disk.
func (f *Fixture) Merged(t testing.TB, table string) uint64 {
	t.Helper()
	must(t, f.Conn.Exec(t.Context(), f.in("OPTIMIZE TABLE store."+table+" FINAL")))
	var bytes uint64
	must(t, f.Conn.QueryRow(t.Context(), "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = {database:String} AND table = {table:String}",
		driver.Named("database", f.Config.Database), driver.Named("table", table)).Scan(&bytes))
	return bytes
}
