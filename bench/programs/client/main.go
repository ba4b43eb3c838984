// A job: asks a page by https, if one is named, and says what time that is in Berlin.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		log.Fatal(err)
	}
	now := time.Now().In(berlin).Format(time.RFC3339)
	if len(os.Args) < 2 {
		fmt.Println(now)
		return
	}
	answer, err := http.Get(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	fmt.Println(now, answer.Status)
}
