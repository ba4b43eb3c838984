// A web server on chi; the module's path has no dot, and the program is in a folder called cmd.
package main

import (
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"
)

func main() {
	router := chi.NewRouter()
	router.Get("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
	fmt.Println("hello from chi", len(router.Routes()))
}
