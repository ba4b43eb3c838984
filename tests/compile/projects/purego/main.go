// Calls a C library without any C compiler, and so becomes a dynamic program even with CGO_ENABLED=0.
package main

import "github.com/ebitengine/purego"

func main() {
	_, err := purego.Dlopen("libc.so.6", purego.RTLD_NOW)
	println(err == nil)
}
