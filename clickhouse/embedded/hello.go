package embedded

import (
	"strconv"

	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"throughline/lineage"
)

// hello answers clickhouse-go's first question, which it decodes by the version
// of its own protocol. The answer names revision 0, and from there on both speak
// plain Native: what the engine streams goes through untouched.
func (c *call) hello() error {
	const op = "embedded.hello"
	version, err := strconv.ParseUint(c.request.protocol, 10, 32)
	if err != nil || version > proto.DBMS_TCP_PROTOCOL_VERSION {
		version = proto.DBMS_TCP_PROTOCOL_VERSION
	}
	block := proto.NewBlock()
	for _, each := range []struct{ name, kind string }{
		{"displayName()", "String"}, {"version()", "String"}, {"revision()", "UInt32"}, {"timezone()", "String"},
	} {
		if err := block.AddColumn(each.name, column.Type(each.kind)); err != nil {
			return lineage.E(lineage.Internal, op, err)
		}
	}
	if err := block.Append("throughline", c.server.engine.version, uint32(0), c.server.engine.zone); err != nil {
		return lineage.E(lineage.Internal, op, err)
	}
	buffer := &chproto.Buffer{}
	if err := block.Encode(buffer, version); err != nil {
		return lineage.E(lineage.Internal, op, err)
	}
	c.describe("Native", progress{resultRows: 1})
	if err := c.out.write(buffer.Buf); err != nil {
		return err
	}
	return c.out.end()
}
