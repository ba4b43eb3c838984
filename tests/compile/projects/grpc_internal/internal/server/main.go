// A gRPC server with the standard health service, in internal/.
package main

import (
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

func main() {
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	fmt.Println("hello from grpc", len(server.GetServiceInfo()))
}
