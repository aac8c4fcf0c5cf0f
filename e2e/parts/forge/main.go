// What a platform team has on other machines: git repositories and a registry of charts, over HTTPS. Repositories are what
// `git http-backend` makes of a folder; a registry is files, by the paths of the OCI distribution specification. And what
// Terraform works on: AWS, which another program stands for, and a cloud for tests.
//
// Without a cluster, the cloud alone: forge -cloud DIR -cloud-address 127.0.0.1:0
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
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

	things := &cloud{folder: *clouds, rules: map[string]*rules{}}
	if *clouds != "" {
		for _, folder := range []string{"things", "rules", "away"} {
			must(os.MkdirAll(filepath.Join(*clouds, folder), 0o755))
		}
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
			form := formOf(r)
			noteCall(filepath.Join(*clouds, "aws.jsonl"), r.Host, form)
			// A test takes a tenant's state away by a file.
			if isAway(filepath.Join(*clouds, "away"), r.URL.Path) {
				http.Error(w, "away", http.StatusServiceUnavailable)
				return
			}
			// By another one it holds back answers to an action, which is done by then.
			if held := filepath.Join(*clouds, "aws-holds-back"); names(held, form.Get("Action")) {
				done := httptest.NewRecorder()
				stand.ServeHTTP(done, r)
				for names(held, form.Get("Action")) && r.Context().Err() == nil {
					time.Sleep(20 * time.Millisecond)
				}
				maps.Copy(w.Header(), done.Header())
				w.WriteHeader(done.Code)
				// Whoever asked may be dead by now.
				_, _ = w.Write(done.Body.Bytes())
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

// formOf reads what a service that takes forms is told, and leaves it there to be read again.
func formOf(r *http.Request) url.Values {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return url.Values{}
	}
	// What is cut off, as by a caller that was killed, is moto's to refuse.
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	return form
}

// isAway says whether a path is below the folder of a tenant for which there is a file.
func isAway(folder, path string) bool {
	tenants, _ := os.ReadDir(folder)
	return slices.ContainsFunc(tenants, func(tenant os.DirEntry) bool {
		return strings.Contains(path, "/tenants/"+tenant.Name()+"/")
	})
}

// names says whether a file is there and holds this text.
func names(path, text string) bool {
	held, err := os.ReadFile(path)
	return err == nil && text != "" && strings.TrimSpace(string(held)) == text
}

// noteCall adds a line to a file: when which service of AWS was called, and for a session with a policy of its own, what that is.
func noteCall(path, host string, form url.Values) {
	call := map[string]string{"time": time.Now().UTC().Format(time.RFC3339Nano), "host": host}
	if policy := form.Get("Policy"); policy != "" && form.Get("Action") == "AssumeRoleWithWebIdentity" {
		call["session"], call["policy"] = form.Get("RoleSessionName"), policy
	}
	line, err := json.Marshal(call)
	must(err)
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	must(err)
	defer file.Close()
	_, err = file.Write(append(line, '\n'))
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
