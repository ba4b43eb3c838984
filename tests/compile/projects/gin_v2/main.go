// A web server on gin, in a module whose path ends in /v2, with a package of its own.
package main

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"example.com/team/web/v2/greeting"
)

func main() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.GET("/", func(c *gin.Context) { c.String(200, greeting.Text) })
	fmt.Println(greeting.Text, len(router.Routes()))
}
