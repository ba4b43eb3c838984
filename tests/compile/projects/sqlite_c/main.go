// SQLite in C, two imports away from the program.
package main

import (
	"fmt"

	"example.com/team/notes/store"
)

func main() {
	text, err := store.Greeting()
	if err != nil {
		panic(err)
	}
	fmt.Println(text)
}
