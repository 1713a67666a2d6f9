package clickhouse

import "time"

// The columns that the tables are made of.

func words() *list[*word]           { return &list[*word]{items: &word{}} }
func texts() *list[*text]           { return &list[*text]{items: &text{}} }
func int64s() *list[*number[int64]] { return &list[*number[int64]]{items: int64Column()} }
func times() *list[*number[int64]]  { return &list[*number[int64]]{items: dateTime()} }

func int64Column() *number[int64]      { return &number[int64]{typ: "Int64"} }
func uint8Column() *number[uint8]      { return &number[uint8]{typ: "UInt8"} }
func uint32Column() *number[uint32]    { return &number[uint32]{typ: "UInt32"} }
func uint64Column() *number[uint64]    { return &number[uint64]{typ: "UInt64"} }
func enum(values string) *number[int8] { return &number[int8]{typ: "Enum8(" + values + ")"} }
func bytes8() *fixed                   { return &fixed{typ: "FixedString(8)", width: 8} }
func bytes16() *fixed                  { return &fixed{typ: "FixedString(16)", width: 16} }

func date() *number[uint16] {
	return &number[uint16]{typ: "Date", time: func(days uint16) time.Time { return time.Unix(int64(days)*24*60*60, 0).UTC() }}
}

func dateTime() *number[int64] {
	return &number[int64]{typ: "DateTime64(9)", time: func(n int64) time.Time { return time.Unix(0, n).UTC() }}
}

func milliseconds() *number[int64] {
	return &number[int64]{typ: "DateTime64(3)", time: func(n int64) time.Time { return time.UnixMilli(n).UTC() }}
}
