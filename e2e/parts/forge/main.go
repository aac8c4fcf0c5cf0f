// What a platform team has on other machines: git repositories and a registry of charts, over HTTPS. Repositories are what
// `git http-backend` makes of a folder; a registry is files, by the paths of the OCI distribution specification. And what
// Terraform works on: AWS, which another program stands for, and a cloud for tests.
//
// Without a cluster, the cloud alone: forge -cloud DIR -cloud-address 127.0.0.1:0
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	address := flag.String("address", "", "where to listen")
	certificate := flag.String("certificate", "", "the certificate's file")
	key := flag.String("key", "", "the key's file")
	repositories := flag.String("repositories", "", "the folder of bare repositories")
	registry := flag.String("registry", "", "the folder of the registry: `manifests/NAME/TAG` and `blobs/DIGEST`")
	backend := flag.String("backend", "/usr/lib/git-core/git-http-backend", "git's program for repositories over HTTP")
	clouds := flag.String("cloud", "", "the folder of the cloud")
	cloudAddress := flag.String("cloud-address", "", "where the cloud alone listens, over plain HTTP; it is printed")
	aws := flag.String("aws", "", "the URL of what stands for AWS")
	flag.Parse()

	things := &cloud{folder: *clouds}
	if *clouds != "" {
		must(os.MkdirAll(filepath.Join(*clouds, "things"), 0o755))
	}
	if *cloudAddress != "" {
		listener, err := net.Listen("tcp", *cloudAddress)
		must(err)
		fmt.Printf("http://%s\n", listener.Addr())
		must(http.Serve(listener, things))
	}
	target, err := url.Parse(*aws)
	must(err)
	// A signature is over the host that was asked.
	stand := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}
	git := &cgi.Handler{
		Path: *backend,
		Env: []string{
			"GIT_PROJECT_ROOT=" + *repositories, "GIT_HTTP_EXPORT_ALL=1",
			// The folder is a test's, whoever it belongs to.
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*",
		},
	}
	log.Fatal(http.ListenAndServeTLS(*address, *certificate, *key, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host == "cloud.example.com":
			things.ServeHTTP(w, r)
		case strings.HasSuffix(r.Host, ".amazonaws.com"):
			noteCall(filepath.Join(*clouds, "aws.jsonl"), r.Host)
			// A test takes AWS away by a file.
			if _, err := os.Stat(filepath.Join(*clouds, "aws-is-away")); err == nil {
				http.Error(w, "away", http.StatusServiceUnavailable)
				return
			}
			stand.ServeHTTP(w, r)
		case r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/"):
			serveRegistry(*registry, w, r)
		default:
			git.ServeHTTP(w, r)
		}
	})))
}

// noteCall adds a line to a file: when which service of AWS was called.
func noteCall(path, host string) {
	line := fmt.Sprintf("{\"time\": %q, \"host\": %q}\n", time.Now().UTC().Format(time.RFC3339Nano), host)
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	must(err)
	defer file.Close()
	_, err = file.WriteString(line)
	must(err)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func serveRegistry(folder string, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	path := strings.TrimPrefix(filepath.Clean(r.URL.Path), "/v2")
	if path == "" {
		return
	}
	if name, reference, found := strings.Cut(path, "/manifests/"); found {
		digest := reference
		if !strings.HasPrefix(reference, "sha256:") {
			bytes, err := os.ReadFile(filepath.Join(folder, "manifests", name, reference))
			if err != nil {
				http.NotFound(w, r)
				return
			}
			digest = strings.TrimSpace(string(bytes))
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		w.Header().Set("Docker-Content-Digest", digest)
		http.ServeFile(w, r, filepath.Join(folder, "blobs", digest))
		return
	}
	if _, digest, found := strings.Cut(path, "/blobs/"); found {
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeFile(w, r, filepath.Join(folder, "blobs", digest))
		return
	}
	http.NotFound(w, r)
}
