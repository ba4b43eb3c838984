// The program of the article "Building Small Containers for Kubernetes": one route, one answer.
package main

import (
	"fmt"
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/api/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "Hello From Go!")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
