// A web server for the cluster's own tests: says what it was asked for, logs it, and tries whom it can reach.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"time"
)

func main() {
	http.HandleFunc("/reach/{address}", reach)
	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		log.Println("asked for", request.URL.Path)
		fmt.Fprintln(answer, "this is", request.URL.Path)
	})
	log.Println("serving")
	log.Fatal(http.ListenAndServe(":8080", nil))
}

func reach(answer http.ResponseWriter, request *http.Request) {
	connection, err := net.DialTimeout("tcp", request.PathValue("address"), 3*time.Second)
	if err != nil {
		http.Error(answer, err.Error(), http.StatusBadGateway)
		return
	}
	_ = connection.Close()
	fmt.Fprintln(answer, "reached")
}
