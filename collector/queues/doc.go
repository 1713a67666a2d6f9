// Package queues watches the queues of a broker from outside, as an operator's
// tool does: it takes no message, makes no consumer and changes nothing.
//
//	broker ◀─ measure ─ Watcher ─┬─▶ Queues (the latest measurement)
//	          every 2 s          ├─▶ metrics
//	                             └─▶ Store, every 10 s
//
// The broker is NATS JetStream; another one is another implementation of broker.
// It may be away when the watcher starts, and go away later: the watcher says so
// once, keeps its last measurement, whose At tells its age, and goes on when the
// broker is back.
//
// What the figures mean for NATS. A stream's Depth is the messages it holds, and
// Oldest is when the first of them was written. A stream that keeps messages by
// limits, and not until they are dealt with, is never empty, so what it has to do
// is in the rows of its durable consumers. Ephemeral consumers are somebody's look
// into the stream and are not measured. Neither are the streams in which JetStream
// keeps key-value buckets, object stores and MQTT sessions: they are no queues.
//
//   - Depth of a consumer is what was not handed out yet, and InHand: what was
//     handed out and is not confirmed. A message that was refused and waits to be
//     handed out again is in hand too, and so is one on which the server is about to
//     give up: it does so when the consumer asks for more.
//   - Redelivered is InHand without what was handed out once. The server counts
//     every message that was handed out again and never confirmed, and goes on
//     counting those on which it has given up (the consumer's MaxDeliver), although
//     they are in nobody's hand. What is counted beyond InHand can only be such, so
//     it is remembered and taken off. The figure is exact where deliveries have no
//     limit. Elsewhere it is exact if the consumer was seen with empty hands since
//     the server last gave a message up; until then it may be too high, up to
//     InHand, or too low by given-up messages that somebody has removed.
//   - Oldest in a work queue is the first message on the consumer's subjects: one
//     that is confirmed is gone. A message on which the server has given up stays
//     there. It is in no consumer's Depth, but nobody has dealt with it, and Oldest
//     tells of it as long as it lies there.
//   - Oldest in any other stream is the first message that was not handed out or,
//     with messages in hand, the first behind the consumer's floor of confirmation.
//     The floor stands still at a message on which the server has given up, until
//     the next confirmation: so long Oldest may be too old, and never too young.
//
// A user of the broker who may do no more than this needs to publish to
// $JS.API.STREAM.NAMES, $JS.API.STREAM.INFO.*, $JS.API.CONSUMER.LIST.*,
// $JS.API.STREAM.MSG.GET.* and $JS.API.DIRECT.GET.*, and to subscribe to _INBOX.>.
//
// A measurement is many questions, so its rows are not of one instant, and a
// consumer hears of a message a moment after its stream has it.
//
// Oldest is the broker's clock and At is ours. For every subject on which a
// consumer has work, one whole message is read to learn its time; where messages
// are large, measure less often.
package queues
