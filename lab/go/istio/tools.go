//go:build tools

// Package tools names the programs that this module pins, so that `go mod tidy` keeps them.
package tools

import (
	_ "istio.io/istio/istioctl/cmd"
	_ "istio.io/istio/pilot/cmd/pilot-agent/app"
	_ "istio.io/istio/pilot/cmd/pilot-discovery/app"
)
