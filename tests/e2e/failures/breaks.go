// A program that fails in the way that its first argument names.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"time"
)

type store struct{ rows map[string]string }

func (s *store) put(key string) { s.rows[key] = "x" }

func open() *store { return &store{} }

func serve(address string, status int) {
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { answer.WriteHeader(status) })
	log.Println("listening on", address)
	log.Fatal(http.ListenAndServe(address, nil))
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	mode := ""
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	switch mode {
	case "exit":
		for line := range 30 {
			fmt.Println("line", line)
		}
		fmt.Println("fatal: cannot go on")
		os.Exit(1)
	case "panic":
		fmt.Println("opening the store")
		open().put("a")
	case "deadlock":
		for range 300 {
			go func() { select {} }()
		}
		select {}
	case "usage":
		input := flag.String("input", "", "the `file` to read")
		_ = flag.CommandLine.Parse(nil)
		if *input == "" {
			flag.Usage()
			os.Exit(0)
		}
	case "done":
		fmt.Println("imported 17 rows")
	case "variable":
		log.Fatal("environment variable DB_URL is not set")
	case "authority":
		server := httptest.NewTLSServer(http.NotFoundHandler())
		_, err := http.Get(server.URL)
		must(err)
	case "zone":
		_, err := time.LoadLocation("Europe/Berlin")
		must(err)
	case "write":
		must(os.Mkdir("/data", 0o755))
	case "low":
		serve(":80", 200)
	case "file":
		_, err := os.ReadFile("views/index.html")
		must(err)
	case "memory":
		var held [][]byte
		for {
			block := make([]byte, 8<<20)
			for at := range block {
				block[at] = 1
			}
			held = append(held, block)
			_ = held
		}
	case "loopback":
		serve("127.0.0.1:8080", 200)
	case "elsewhere":
		serve(":9090", 200)
	case "silent":
		time.Sleep(time.Hour)
	case "unready":
		serve(":8080", 500)
	case "later":
		go func() {
			time.Sleep(3 * time.Second)
			log.Fatal("lost the database")
		}()
		serve(":8080", 200)
	default:
		serve(":8080", 200)
	}
}
