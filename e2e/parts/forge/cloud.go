package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// cloud is what the Terraform provider of the tests makes things in. All of it is files, so that a test looks and changes
// things behind Terraform's back:
//
//	things/NAME.json  a thing, by its name as in a URL
//	rules/TEST.json   how it misbehaves (a list of `rule`), one file for each test, read at every request
//	log.jsonl         a line for each request, written when the request is done and before it is answered
type cloud struct {
	folder string
	mutex  sync.Mutex
	// By file, the rules as they were read last.
	rules map[string]*rules
}

// rules are those of a file, and how often each has been followed. Other rules are counted anew.
type rules struct {
	text     []byte
	followed map[int]int
}

// thing is one in its file.
type thing struct {
	Name      string            `json:"name"`
	Value     *string           `json:"value"`
	Secret    *string           `json:"secret"`
	Protected bool              `json:"protected"`
	Tags      map[string]string `json:"tags"`
	Created   time.Time         `json:"created"`
}

// rule is a misbehaviour.
type rule struct {
	// Which requests: all methods and all names where they are empty; `*` in a name stands for any characters.
	Method string `json:"method"`
	Name   string `json:"name"`
	// How often; always where it is zero.
	Times int `json:"times"`
	// Refuses the request, which is not done.
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Waits before the answer, when the request is done: a client that ends in between does not know of what it has made.
	DelayMs int `json:"delayMs"`
	// Tells the provider to end at once; the request is done.
	Crash bool `json:"crash"`
}

// answer is what is sent back: a thing, or a code and a message.
type answer struct {
	status int
	body   any
}

func refuse(status int, code, format string, values ...any) answer {
	return answer{status, map[string]string{"code": code, "message": fmt.Sprintf(format, values...)}}
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now().UTC()
	escaped, found := strings.CutPrefix(r.URL.EscapedPath(), "/things/")
	name, err := url.PathUnescape(escaped)
	if !found || err != nil || name == "" {
		http.NotFound(w, r)
		return
	}
	c.mutex.Lock()
	rule := c.rule(r.Method, name)
	reply := answer{rule.Status, map[string]string{"code": rule.Code, "message": rule.Message}}
	if rule.Status == 0 {
		if reply, err = c.do(r, name, began); err != nil {
			reply = refuse(http.StatusInternalServerError, "InternalError", "%v", err)
		}
	}
	c.log(began, r.Method, name, reply.status)
	c.mutex.Unlock()

	time.Sleep(time.Duration(rule.DelayMs) * time.Millisecond)
	if rule.Crash {
		w.Header().Set("Crash", "true")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(reply.status)
	if reply.body != nil {
		json.NewEncoder(w).Encode(reply.body)
	}
}

// do does what is asked.
func (c *cloud) do(r *http.Request, name string, now time.Time) (answer, error) {
	known, err := c.read(name)
	if err != nil {
		return answer{}, err
	}
	if known == nil && r.Method != http.MethodPut {
		return refuse(http.StatusNotFound, "NoSuchThing", "thing %q does not exist", name), nil
	}
	switch r.Method {
	case http.MethodGet:
		return answer{http.StatusOK, known}, nil
	case http.MethodPut, http.MethodPost:
		if known != nil && r.Method == http.MethodPut {
			return refuse(http.StatusConflict, "AlreadyExistsException", "thing %q already exists", name), nil
		}
		var wanted thing
		if err := json.NewDecoder(r.Body).Decode(&wanted); err != nil {
			return refuse(http.StatusBadRequest, "ValidationError", "%v", err), nil
		}
		wanted.Name, wanted.Created = name, now
		made := rand.Text()
		secret := &made
		if known != nil {
			wanted.Created, secret = known.Created, known.Secret
		}
		if wanted.Secret == nil {
			wanted.Secret = secret
		}
		return answer{http.StatusOK, wanted}, c.write(wanted)
	case http.MethodDelete:
		if known.Protected {
			return refuse(http.StatusConflict, "DeletionProtected", "thing %q is protected", name), nil
		}
		return answer{status: http.StatusNoContent}, os.Remove(c.file(name))
	default:
		return refuse(http.StatusMethodNotAllowed, "MethodNotAllowed", "%s", r.Method), nil
	}
}

func (c *cloud) file(name string) string {
	return filepath.Join(c.folder, "things", url.PathEscape(name)+".json")
}

func (c *cloud) read(name string) (*thing, error) {
	text, err := os.ReadFile(c.file(name))
	if os.IsNotExist(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	known := &thing{}
	if err := json.Unmarshal(text, known); err != nil {
		return nil, fmt.Errorf("%s: %w", c.file(name), err)
	}
	// Who writes a file by hand may leave out what its own name says.
	known.Name = name
	return known, nil
}

// write never lets a reader see half a file.
func (c *cloud) write(made thing) error {
	text, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return err
	}
	part := filepath.Join(c.folder, "part")
	if err := os.WriteFile(part, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(part, c.file(made.Name))
}

// rule is the first one for a request that has not been followed often enough yet.
func (c *cloud) rule(method, name string) rule {
	files, _ := filepath.Glob(filepath.Join(c.folder, "rules", "*.json"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		var list []rule
		if err == nil {
			err = json.Unmarshal(text, &list)
		}
		if err != nil {
			return rule{Status: http.StatusInternalServerError, Code: "WrongRules", Message: err.Error()}
		}
		known := c.rules[file]
		if known == nil || !bytes.Equal(text, known.text) {
			known = &rules{text, map[int]int{}}
			c.rules[file] = known
		}
		for index, rule := range list {
			if rule.Method != "" && rule.Method != method || rule.Name != "" && !matches(rule.Name, name) {
				continue
			}
			if rule.Times == 0 || known.followed[index] < rule.Times {
				known.followed[index]++
				return rule
			}
		}
	}
	return rule{}
}

// matches takes `/` for a character like others.
func matches(pattern, name string) bool {
	flat := strings.NewReplacer("/", "\x00")
	found, err := path.Match(flat.Replace(pattern), flat.Replace(name))
	return pattern == name || err == nil && found
}

func (c *cloud) log(began time.Time, method, name string, status int) {
	line, _ := json.Marshal(struct {
		Time   time.Time `json:"time"`
		Method string    `json:"method"`
		Name   string    `json:"name"`
		Status int       `json:"status"`
	}{began, method, name, status})
	file, err := os.OpenFile(filepath.Join(c.folder, "log.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = file.Write(append(line, '\n'))
		file.Close()
	}
	if err != nil {
		log.Print(err)
	}
}
