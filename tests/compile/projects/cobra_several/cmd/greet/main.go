// One of two commands on cobra.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func main() {
	command := &cobra.Command{Use: "greet", Run: func(*cobra.Command, []string) { fmt.Println("hello from greet") }}
	if command.Execute() != nil {
		os.Exit(1)
	}
}
