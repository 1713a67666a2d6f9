// Package service is what every service of the reference pipeline stands on:
// documents that survive a kill, an HTTP face and a client with spans, an
// outbox that posts until it is heard, and an agenda of things to do later.
//
// It is written as a stranger would write it: it reaches the collector over its
// socket, with the OpenTelemetry SDK and CloudEvents, and knows nothing of the
// house.
package service
