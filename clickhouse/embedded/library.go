package embedded

import (
	"unsafe"

	"github.com/ebitengine/purego"

	"throughline/lineage"
)

// library is libchdb's C interface, bound by name without cgo. Handles are
// opaque pointers into C memory. A connection runs one statement at a time; many
// connections run side by side. All functions block their thread.
type library struct {
	version               func() string
	setSignalHandlers     func(enabled int32)
	connect               func(argc int32, argv unsafe.Pointer) unsafe.Pointer
	closeConn             func(conn unsafe.Pointer)
	classify              func(conn, sql unsafe.Pointer, sqlLen uintptr, database unsafe.Pointer, databaseLen uintptr, out unsafe.Pointer) int32
	query                 func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr) unsafe.Pointer
	queryWithParams       func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	streamQuery           func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr) unsafe.Pointer
	streamQueryWithParams func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	streamFetch           func(conn, stream unsafe.Pointer) unsafe.Pointer
	streamCancel          func(conn, stream unsafe.Pointer)
	destroyResult         func(result unsafe.Pointer)
	insert                func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr) unsafe.Pointer
	insertWithParams      func(conn, sql unsafe.Pointer, sqlLen uintptr, format unsafe.Pointer, formatLen uintptr, names, nameLens, values, valueLens unsafe.Pointer, count uintptr) unsafe.Pointer
	insertAppend          func(stream, data unsafe.Pointer, length uintptr) int32
	insertDone            func(stream unsafe.Pointer) unsafe.Pointer
	insertCancel          func(stream unsafe.Pointer)
	insertError           func(stream unsafe.Pointer) string
	insertDestroy         func(stream unsafe.Pointer)
	resultBuffer          func(result unsafe.Pointer) unsafe.Pointer
	resultLength          func(result unsafe.Pointer) uintptr
	resultElapsed         func(result unsafe.Pointer) float64
	resultError           func(result unsafe.Pointer) string
	resultRowsRead        func(result unsafe.Pointer) uint64
	resultBytesRead       func(result unsafe.Pointer) uint64
	storageRowsRead       func(result unsafe.Pointer) uint64
	storageBytesRead      func(result unsafe.Pointer) uint64
	resultRowsWritten     func(result unsafe.Pointer) uint64
	resultBytesWritten    func(result unsafe.Pointer) uint64
}

// loadLibrary opens libchdb at path and binds every function that is needed. A
// file without one of them is refused as Unsupported, naming the function. The
// library cannot be unloaded again.
func loadLibrary(path string) (*library, error) {
	const op = "embedded.loadLibrary"
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, lineage.Errorf(lineage.Internal, op, "cannot load the engine: %w", err)
	}
	lib := &library{}
	for _, f := range lib.functions() {
		symbol, err := purego.Dlsym(handle, f.name)
		if err != nil {
			return nil, lineage.Errorf(lineage.Unsupported, op, "%s is too old or not libchdb: %w", path, err)
		}
		purego.RegisterFunc(f.target, symbol)
	}
	// The Go runtime needs its own signal handlers (preemption, SIGTERM), so the
	// engine must not install any.
	lib.setSignalHandlers(0)
	return lib, nil
}

// function is one symbol of libchdb and where it is bound to.
type function struct {
	name   string
	target any
}

func (lib *library) functions() []function {
	return []function{
		{"chdb_version", &lib.version},
		{"chdb_set_signal_handlers_enabled", &lib.setSignalHandlers},
		{"chdb_connect", &lib.connect},
		{"chdb_close_conn", &lib.closeConn},
		{"chdb_classify_query_n", &lib.classify},
		{"chdb_query_n", &lib.query},
		{"chdb_query_with_params_n", &lib.queryWithParams},
		{"chdb_stream_query_n", &lib.streamQuery},
		{"chdb_stream_query_with_params_n", &lib.streamQueryWithParams},
		{"chdb_stream_fetch_result", &lib.streamFetch},
		{"chdb_stream_cancel_query", &lib.streamCancel},
		{"chdb_destroy_query_result", &lib.destroyResult},
		{"chdb_stream_insert_n", &lib.insert},
		{"chdb_stream_insert_with_params_n", &lib.insertWithParams},
		{"chdb_stream_append", &lib.insertAppend},
		{"chdb_stream_done", &lib.insertDone},
		{"chdb_stream_cancel_insert", &lib.insertCancel},
		{"chdb_stream_insert_error", &lib.insertError},
		{"chdb_destroy_insert_stream", &lib.insertDestroy},
		{"chdb_result_buffer", &lib.resultBuffer},
		{"chdb_result_length", &lib.resultLength},
		{"chdb_result_elapsed", &lib.resultElapsed},
		{"chdb_result_error", &lib.resultError},
		{"chdb_result_rows_read", &lib.resultRowsRead},
		{"chdb_result_bytes_read", &lib.resultBytesRead},
		{"chdb_result_storage_rows_read", &lib.storageRowsRead},
		{"chdb_result_storage_bytes_read", &lib.storageBytesRead},
		{"chdb_result_rows_written", &lib.resultRowsWritten},
		{"chdb_result_bytes_written", &lib.resultBytesWritten},
	}
}
