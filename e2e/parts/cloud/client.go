package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// client speaks with the cloud. A certificate is checked against the system's bundle, which `SSL_CERT_FILE` may name.
type client struct{ endpoint string }

// stored is a thing as the cloud has it.
type stored struct {
	Name      string             `json:"name"`
	Value     *string            `json:"value"`
	Secret    *string            `json:"secret"`
	Protected bool               `json:"protected"`
	Tags      map[string]*string `json:"tags"`
}

// refusal is what the cloud says when it does not do what it is asked.
type refusal struct {
	status  string
	missing bool
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r *refusal) Error() string { return r.Code + ": " + r.Message }

// call asks for one thing. What changes it is not broken off when Terraform is told to stop: the cloud would have it, and the
// state would not.
func (c client) call(ctx context.Context, method, name string, thing *stored) (*stored, error) {
	var body bytes.Buffer
	if thing != nil {
		if err := json.NewEncoder(&body).Encode(thing); err != nil {
			return nil, err
		}
	}
	if method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	address := strings.TrimSuffix(c.endpoint, "/") + "/things/" + url.PathEscape(name)
	request, err := http.NewRequestWithContext(ctx, method, address, &body)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.Header.Get("Crash") != "" {
		os.Exit(1)
	}
	if response.StatusCode >= 300 {
		refused := &refusal{status: response.Status, missing: response.StatusCode == http.StatusNotFound}
		if err := json.NewDecoder(response.Body).Decode(refused); err != nil {
			return nil, fmt.Errorf("%s: %w", response.Status, err)
		}
		return nil, refused
	}
	if response.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	answer := &stored{}
	return answer, json.NewDecoder(response.Body).Decode(answer)
}
