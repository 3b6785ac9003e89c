// Command load sends requests to one URL at a constant rate, and says each second what came back.
package main

import (
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"
)

func main() {
	url := flag.String("url", "", "where to send requests")
	host := flag.String("host", "", "Host header, when it differs from the URL's")
	rate := flag.Float64("rate", 10, "requests per second")
	inFlight := flag.Int("in-flight", 64, "requests under way at most; more are skipped and counted")
	flag.Parse()
	if *url == "" || *rate <= 0 {
		log.Fatal("load: -url and a positive -rate are wanted")
	}

	var mutex sync.Mutex
	counts := map[int]int{}
	count := func(status int) {
		mutex.Lock()
		counts[status]++
		mutex.Unlock()
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: *inFlight}}
	slots := make(chan struct{}, *inFlight)
	report := time.NewTicker(time.Second)
	tick := time.NewTicker(time.Duration(float64(time.Second) / *rate))
	for {
		select {
		case <-report.C:
			mutex.Lock()
			_ = json.NewEncoder(os.Stdout).Encode(counts)
			counts = map[int]int{}
			mutex.Unlock()
		case <-tick.C:
			select {
			case slots <- struct{}{}:
				go func() {
					count(send(client, *url, *host))
					<-slots
				}()
			default:
				count(-1)
			}
		}
	}
}

// send returns the status, or 0 when there was no answer.
func send(client *http.Client, url, host string) int {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	if host != "" {
		request.Host = host
	}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}
