// A web server with a stylesheet that is linked in, and a page that is a file of the image.
package main

import (
	"embed"
	"html/template"
	"log"
	"net/http"
)

//go:embed static
var static embed.FS

func main() {
	page := template.Must(template.ParseFiles("/views/index.html"))
	http.Handle("/static/", http.FileServer(http.FS(static)))
	http.HandleFunc("/", func(answer http.ResponseWriter, request *http.Request) {
		if err := page.Execute(answer, request.URL.Path); err != nil {
			log.Print(err)
		}
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
