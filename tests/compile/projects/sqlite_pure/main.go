// SQLite without C.
package main

import (
	"database/sql"
	"fmt"

	_ "modernc.org/sqlite"
)

func main() {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		panic(err)
	}
	var text string
	if err := db.QueryRow("select 'hello from ' || 'sqlite'").Scan(&text); err != nil {
		panic(err)
	}
	fmt.Println(text)
}
