package main

import (
	"flag"
	"fmt"
	"net/url"
	"os"

	"go.etcd.io/etcd/server/v3/embed"
)

// runEtcd serves etcd without fsync: the data of a test cluster is worth nothing after a power cut.
func runEtcd(arguments []string) {
	flags := flag.NewFlagSet("etcd", flag.ExitOnError)
	folder := flags.String("data-dir", "", "folder of the data")
	client := flags.String("client", "http://127.0.0.1:2379", "address for clients")
	peer := flags.String("peer", "http://127.0.0.1:2380", "address for peers")
	_ = flags.Parse(arguments)

	config := embed.NewConfig()
	config.Dir = *folder
	config.UnsafeNoFsync = true
	config.LogLevel = "warn"
	config.ListenClientUrls, config.AdvertiseClientUrls = address(*client), address(*client)
	config.ListenPeerUrls, config.AdvertisePeerUrls = address(*peer), address(*peer)
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	etcd, err := embed.StartEtcd(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
	defer etcd.Close()
	select {
	case <-stopped():
	case err := <-etcd.Err():
		fmt.Fprintln(os.Stderr, "etcd:", err)
	}
}

func address(text string) []url.URL {
	parsed, err := url.Parse(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(64)
	}
	return []url.URL{*parsed}
}
