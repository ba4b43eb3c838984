// Package store keeps what the program remembers.
package store

import (
	"database/sql"

	_ "github.com/mattn/go-sqlite3"
)

// Greeting asks the database.
func Greeting() (string, error) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return "", err
	}
	var text string
	err = db.QueryRow("select 'hello from ' || 'sqlite'").Scan(&text)
	return text, err
}
