// Package web is the edge that shows: pages drawn on the server, a JSON API,
// and live updates of any open page over one WebSocket.
//
// The way of a pixel: a lineage.Change wakes the rooms (hub.go, room.go) whose
// pages it concerns; a room loads its page once for all who watch it, draws the
// same components as the first GET did (package view), and sends the parts that
// differ. Pages read the resident state through Lineage; spans come from the
// store through Traces, and a page stands without them when the store is away.
// Deadlines run out without any change, so pages that show them are also loaded
// every second or two; what counts down by the second does so in the browser.
package web
