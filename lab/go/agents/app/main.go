// Command app is an application of the lab: it answers with its pod, version, path and headers,
// asks the services that it depends on first, and fails or is slow when it is told to.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// behaviour is read from a file while the app runs, so that a canary can go bad.
type behaviour struct {
	ErrorRate float64 `json:"errorRate"`
	Status    int     `json:"status"`
	LatencyMs float64 `json:"latencyMs"`
}

type app struct {
	pod, namespace, version, file string
	calls                         []string
	client                        *http.Client

	mutex   sync.Mutex
	current behaviour
}

// Headers that carry a trace and the routing of a request through the mesh.
var propagated = []string{"x-request-id", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "traceparent", "end-user", "x-tester", "user-agent"}

func main() {
	a := &app{client: &http.Client{Timeout: 10 * time.Second}, current: behaviour{Status: 500}}
	flag.StringVar(&a.pod, "pod", "", "name of the pod")
	flag.StringVar(&a.namespace, "namespace", "", "namespace of the pod")
	flag.StringVar(&a.version, "version", "", "version of the workload")
	flag.StringVar(&a.file, "behaviour", "", "JSON file with errorRate, status and latencyMs")
	calls := flag.String("calls", "", "URLs asked for each request, comma separated")
	httpPorts := flag.String("http", "", "ports that speak HTTP, comma separated")
	tcpPorts := flag.String("tcp", "", "ports that speak TCP, comma separated")
	flag.Parse()
	if *calls != "" {
		a.calls = strings.Split(*calls, ",")
	}
	go a.readBehaviour()
	for _, port := range split(*httpPorts) {
		go func() { log.Fatal(http.ListenAndServe(":"+port, a)) }()
	}
	for _, port := range split(*tcpPorts) {
		go func() { log.Fatal(a.serveTCP(port)) }()
	}
	select {}
}

func split(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

func (a *app) readBehaviour() {
	for {
		next := behaviour{Status: http.StatusInternalServerError}
		if data, err := os.ReadFile(a.file); err == nil {
			if err := json.Unmarshal(data, &next); err != nil {
				log.Printf("%s: %v", a.file, err)
			}
		}
		a.mutex.Lock()
		a.current = next
		a.mutex.Unlock()
		time.Sleep(500 * time.Millisecond)
	}
}

// ServeHTTP answers as the behaviour says; a request may ask for a status or a delay of its own.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	a.mutex.Lock()
	now := a.current
	a.mutex.Unlock()

	wait := time.Duration(now.LatencyMs * float64(time.Millisecond))
	if seconds, err := strconv.ParseFloat(r.Header.Get("x-echo-delay"), 64); err == nil {
		wait = time.Duration(seconds * float64(time.Second))
	}
	time.Sleep(wait)
	status := http.StatusOK
	if rand.Float64() < now.ErrorRate {
		status = now.Status
	}
	if asked, err := strconv.Atoi(r.Header.Get("x-echo-status")); err == nil {
		status = asked
	}
	upstreams := a.callAll(r)
	for _, upstream := range upstreams {
		if upstream.status >= 500 && status < 500 {
			status = http.StatusServiceUnavailable
		}
	}
	a.answer(w, r, status)
}

func (a *app) answer(w http.ResponseWriter, r *http.Request, status int) {
	headers := map[string]string{}
	for name := range r.Header {
		headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	_, port, _ := net.SplitHostPort(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
	body, err := json.Marshal(map[string]any{
		"pod": a.pod, "namespace": a.namespace, "version": a.version, "port": port,
		"method": r.Method, "path": r.URL.RequestURI(), "host": r.Host, "headers": headers,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("content-type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

type upstream struct{ status int }

func (a *app) callAll(r *http.Request) []upstream {
	results := make([]upstream, len(a.calls))
	var group sync.WaitGroup
	for i, url := range a.calls {
		group.Add(1)
		go func() {
			defer group.Done()
			results[i] = a.call(r, url)
		}()
	}
	group.Wait()
	return results
}

func (a *app) call(r *http.Request, url string) upstream {
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, url, nil)
	if err != nil {
		return upstream{http.StatusBadGateway}
	}
	for _, name := range propagated {
		if value := r.Header.Get(name); value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := a.client.Do(request)
	if err != nil {
		return upstream{http.StatusBadGateway}
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return upstream{response.StatusCode}
}

func (a *app) serveTCP(port string) error {
	listener, err := net.Listen("tcp", ":"+port)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			n, _ := conn.Read(make([]byte, 4096))
			fmt.Fprintf(conn, `{"pod":%q,"version":%q,"tcp":true,"got":%d}`, a.pod, a.version, n)
		}()
	}
}
