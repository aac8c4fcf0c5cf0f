// Stands in for tenantry-runner where a test is about what starts it: the same command line and exit codes, the inputs read,
// one call to the Kubernetes API under the Job's own ServiceAccount, and no Terraform.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const (
	usage     = 64
	permanent = 65
	account   = "/var/run/secrets/kubernetes.io/serviceaccount/"
)

func main() {
	say("runner started")
	arguments := os.Args[1:]
	switch {
	case len(arguments) >= 1 && arguments[0] == "hold":
		for _, path := range arguments[1:] {
			must(filepath.Walk(path, func(path string, info os.FileInfo, err error) error {
				if err != nil || !info.Mode().IsRegular() {
					return err
				}
				file, err := os.Open(path)
				if err != nil {
					return err
				}
				defer file.Close()
				_, err = io.Copy(io.Discard, file)
				return err
			}))
		}
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
		<-signals
	case len(arguments) == 4 && arguments[0] == "terraform" && arguments[2] == "--inputs":
		terraform(arguments[1], arguments[3])
	default:
		say("wrong usage: %q", arguments)
		os.Exit(usage)
	}
}

// terraform reads what the real one reads. Where the variable `stand_in_exit` is given, it ends with that code, so that a
// test can have a run that fails.
func terraform(action, inputs string) {
	var run struct{ Tenant, Namespace string }
	read(filepath.Join(inputs, "run.json"), &run)
	var variables map[string]any
	read(filepath.Join(inputs, "terraform.tfvars.json"), &variables)
	say("first call")
	self := call("/api/v1/namespaces/" + namespace() + "/pods/" + os.Getenv("POD_NAME"))
	say("terraform %s of %s for %s: pod seen with status %d", action, run.Tenant, run.Namespace, self)
	if self != http.StatusOK {
		os.Exit(permanent)
	}
	if code, found := variables["stand_in_exit"].(float64); found && code != 0 {
		say("told to fail")
		must(os.WriteFile("/dev/termination-log", []byte("told to fail"), 0o600))
		os.Exit(int(code))
	}
	must(os.WriteFile("/tf/done", nil, 0o600))
	say("done")
}

func call(path string) int {
	token, err := os.ReadFile(account + "token")
	must(err)
	authority, err := os.ReadFile(account + "ca.crt")
	must(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(authority)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	request, err := http.NewRequest("GET", "https://"+os.Getenv("KUBERNETES_SERVICE_HOST")+path, nil)
	must(err)
	request.Header.Set("Authorization", "Bearer "+string(token))
	response, err := client.Do(request)
	must(err)
	response.Body.Close()
	return response.StatusCode
}

func namespace() string {
	bytes, err := os.ReadFile(account + "namespace")
	must(err)
	return string(bytes)
}

func read(path string, into any) {
	bytes, err := os.ReadFile(path)
	must(err)
	must(json.Unmarshal(bytes, into))
}

func must(err error) {
	if err != nil {
		say("%v", err)
		os.Exit(permanent)
	}
}

func say(format string, values ...any) {
	fmt.Printf("%s %s\n", time.Now().UTC().Format(time.RFC3339Nano), fmt.Sprintf(format, values...))
}
