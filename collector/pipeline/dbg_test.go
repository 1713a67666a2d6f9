package pipeline
import "fmt"
func dbg(a ...any) { fmt.Println(a...) }
