package web

import (
	"bytes"
	"context"
	"time"

	"github.com/gorilla/websocket"

	"throughline/web/view"
)

// What a client is allowed, and how its line is kept alive.
const (
	queueLength  = 8 // updates that wait for one client
	writeTimeout = 10 * time.Second
	beatEvery    = 15 * time.Second
	silentFor    = 50 * time.Second // no pong for so long: it is gone
	maxMessage   = 512              // bytes; clients have nothing to say
)

// client is one browser that watches one page.
type client struct {
	room  *room
	queue chan update
	cut   chan struct{} // closed when it is too slow
}

func newClient(r *room) *client {
	return &client{room: r, queue: make(chan update, queueLength), cut: make(chan struct{})}
}

// take queues an update. A client whose queue is full is cut off, never waited
// for; it comes back and gets the page as it is then. The room calls it, under
// its lock.
func (c *client) take(u update) bool {
	select {
	case <-c.cut:
		return false
	default:
	}
	select {
	case c.queue <- u:
		c.room.hub.metrics.pushes.Inc()
		c.room.hub.metrics.pushed.Add(float64(u.size))
		return true
	default:
		c.room.hub.metrics.cut.WithLabelValues("slow").Inc()
		close(c.cut)
		return false
	}
}

// write sends updates and beats until the client is gone or cut, or the server
// stops.
func (c *client) write(conn *websocket.Conn, gone <-chan struct{}) {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	alive := beatMessage()
	for {
		var err error
		select {
		case <-gone:
			return
		case <-c.cut:
			return
		case <-c.room.hub.life.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseServiceRestart, "the server is stopping")
			conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) //nolint:errcheck // it is closed next
			return
		case u := <-c.queue:
			err = send(conn, u.frame)
		case <-beat.C:
			if err = send(conn, alive); err == nil {
				err = conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTimeout))
			}
		}
		if err != nil {
			return
		}
	}
}

func send(conn *websocket.Conn, frame *websocket.PreparedMessage) error {
	if err := conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	return conn.WritePreparedMessage(frame)
}

// read answers pings and notices when the client goes. Whoever sends anything
// else is cut off: a page has nothing to say.
func (c *client) read(conn *websocket.Conn) {
	conn.SetReadLimit(maxMessage)
	heard := func(string) error { return conn.SetReadDeadline(time.Now().Add(silentFor)) }
	conn.SetPongHandler(heard)
	if heard("") == nil {
		conn.ReadMessage() //nolint:errcheck // any message, and any error, ends it
	}
}

// beatMessage is the smallest update, by which a browser knows that the line is
// alive.
func beatMessage() *websocket.PreparedMessage {
	var b bytes.Buffer
	view.Beat().Render(context.Background(), &b) //nolint:errcheck // a buffer takes everything
	frame, _ := websocket.NewPreparedMessage(websocket.TextMessage, b.Bytes())
	return frame
}
