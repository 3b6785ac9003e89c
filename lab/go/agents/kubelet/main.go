// Command kubelet is as much of a kubelet as kube-apiserver needs to reach the pods of the lab:
// port-forward into their network namespaces, and the logs of their containers.
package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"k8s.io/cri-streaming/pkg/streaming/portforward"
)

// A pod's own name is the only text that becomes part of a path.
var podName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

type kubelet struct {
	logs, prefix string
	hostPods     map[string]map[int32]int32
}

func main() {
	addr := flag.String("addr", "127.0.0.1:10250", "address to listen on")
	logs := flag.String("logs", "", "folder of NAMESPACE_POD_CONTAINER.log files")
	prefix := flag.String("netns-prefix", "", "what stands before a pod's name in that of its network namespace")
	hostPods := flag.String("host-pods", "", "pods in the host's own namespace with their ports, as POD=PORT:REAL,…;POD=…")
	flag.Parse()

	k := kubelet{logs: *logs, prefix: *prefix, hostPods: map[string]map[int32]int32{}}
	for _, pod := range strings.Split(*hostPods, ";") {
		name, ports, ok := strings.Cut(pod, "=")
		if !ok {
			continue
		}
		k.hostPods[name] = map[int32]int32{}
		for _, pair := range strings.Split(ports, ",") {
			var port, real int32
			if _, err := fmt.Sscanf(pair, "%d:%d", &port, &real); err != nil {
				log.Fatalf("-host-pods: %q is not PORT:REAL", pair)
			}
			k.hostPods[name][port] = real
		}
	}

	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	mux.HandleFunc("/containerLogs/{namespace}/{pod}/{container}", k.containerLogs)
	mux.HandleFunc("/portForward/{namespace}/{pod}", k.portForward)
	server := &http.Server{
		Addr:      *addr,
		Handler:   mux,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{selfSigned()}, NextProtos: []string{"http/1.1"}},
		// Port-forward upgrades the connection, which HTTP/2 cannot.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	log.Fatal(server.ListenAndServeTLS("", ""))
}

func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		IPAddresses:  []net.IP{net.ParseIP("127.0.0.1")},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (k kubelet) portForward(w http.ResponseWriter, r *http.Request) {
	pod := r.PathValue("pod")
	options, err := portforward.NewV4Options(r)
	if err != nil || !podName.MatchString(pod) {
		http.Error(w, "bad port-forward request", http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(w, r, k, pod, "", options, 4*time.Hour, 30*time.Second, portforward.SupportedProtocols)
}

// PortForward copies bytes between the stream and a port inside the pod.
func (k kubelet) PortForward(_ context.Context, pod, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := k.dial(pod, port)
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside pod %s: %w", port, pod, err)
	}
	defer conn.Close()
	done := make(chan struct{}, 2)
	go func() {
		_, _ = io.Copy(conn, stream)
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		done <- struct{}{}
	}()
	go func() {
		_, _ = io.Copy(stream, conn)
		done <- struct{}{}
	}()
	<-done
	select {
	case <-done:
	case <-time.After(30 * time.Second):
	}
	return nil
}

func (k kubelet) dial(pod string, port int32) (net.Conn, error) {
	if ports, ok := k.hostPods[pod]; ok {
		if real, ok := ports[port]; ok {
			port = real
		}
		return net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), 3*time.Second)
	}
	return dialInNamespace("/var/run/netns/"+k.prefix+pod, port)
}

func (k kubelet) containerLogs(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container")} {
		if !podName.MatchString(name) {
			http.Error(w, "bad name", http.StatusBadRequest)
			return
		}
	}
	name := fmt.Sprintf("%s_%s_%s.log", r.PathValue("namespace"), r.PathValue("pod"), r.PathValue("container"))
	file, err := os.Open(filepath.Join(k.logs, name))
	if errors.Is(err, os.ErrNotExist) {
		http.Error(w, "container not found", http.StatusNotFound)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer file.Close()
	tail, _ := strconv.Atoi(r.URL.Query().Get("tailLines"))
	for _, line := range lastLines(file, tail) {
		fmt.Fprintln(w, line)
	}
	if r.URL.Query().Get("follow") != "true" {
		return
	}
	flusher, ok := w.(http.Flusher)
	if !ok {
		return
	}
	flusher.Flush()
	for r.Context().Err() == nil {
		if n, _ := io.Copy(w, file); n > 0 {
			flusher.Flush()
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// lastLines reads all lines of the file and returns the last count of them, or all when it is 0.
func lastLines(file *os.File, count int) []string {
	var lines []string
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
		if count > 0 && len(lines) > count {
			lines = lines[1:]
		}
	}
	return lines
}
