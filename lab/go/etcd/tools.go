//go:build tools

// Package tools names the program that this module pins, so that `go mod tidy` keeps it.
package tools

import _ "go.etcd.io/etcd/server/v3/etcdmain"
