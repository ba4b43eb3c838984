// A small shop in one program: `shop` serves, `shop worker` works through a queue, `shop migrate` prepares the database.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

const settings = "/etc/shop/config.yaml"

func main() {
	switch mode := append(os.Args, "serve")[1]; mode {
	case "serve":
		serve()
	case "worker":
		fmt.Println("works through", os.Getenv("QUEUE"))
		time.Sleep(time.Hour)
	case "migrate":
		if os.Getenv("BROKEN") != "" {
			fmt.Println("table orders is locked")
			os.Exit(3)
		}
		fmt.Println("the database is up to date")
	default:
		fmt.Println("no such mode:", mode)
		os.Exit(2)
	}
}

func serve() {
	beats, err := net.ListenPacket("udp", ":5353")
	if err != nil {
		panic(err)
	}
	defer beats.Close()
	http.HandleFunc("/live", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/api/", answer)
	fmt.Println("listening")
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

// answer says what the pod was given, but for the secrets: of those only how long they are.
func answer(to http.ResponseWriter, _ *http.Request) {
	config, err := os.ReadFile(settings)
	if err != nil {
		config = []byte(err.Error())
	}
	if err := os.WriteFile("/var/cache/shop/seen", config, 0o600); err != nil {
		fmt.Fprintln(to, err)
	}
	fmt.Fprintf(to, "%s%d %d\n", config, len(os.Getenv("DB_URL")), len(os.Getenv("SMTP_PASSWORD")))
}
