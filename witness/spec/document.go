package spec

import (
	"bytes"
	_ "embed" // for the document
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed discord-openapi.json
var discord []byte

// location is what references within the document are resolved against.
const location = "https://openapi.invalid/discord.json"

// Document is an OpenAPI 3.1 document. It is safe for several goroutines.
type Document struct {
	// fixed after Discord
	paths []path

	mu       sync.Mutex
	compiler *jsonschema.Compiler          // guarded by mu
	schemas  map[string]*jsonschema.Schema // guarded by mu; by pointer
}

// path is one path with its operations.
type path struct {
	pointer  string
	segments []string
	// operations are by method.
	operations map[string]*operation
}

type operation struct {
	ID        string                     `json:"operationId"`
	Responses map[string]json.RawMessage `json:"responses"`
}

// response is what the document says of one status.
type response struct {
	Ref     string `json:"$ref"`
	Content map[string]struct {
		Schema json.RawMessage `json:"schema"`
	} `json:"content"`
}

// Discord reads Discord's document.
func Discord() (*Document, error) {
	var file struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(discord, &file); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(discord))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	if err := amend(tree); err != nil {
		return nil, err
	}
	d := &Document{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	d.compiler.DefaultDraft(jsonschema.Draft2020) // OpenAPI 3.1's schemas are of that draft
	d.compiler.AssertFormat()
	if err := d.compiler.AddResource(location, tree); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	for name, item := range file.Paths {
		p := path{pointer: "/paths/" + escape(name), segments: split(name), operations: map[string]*operation{}}
		for method, text := range item {
			if method == "parameters" {
				continue
			}
			o := new(operation)
			if err := json.Unmarshal(text, o); err != nil {
				return nil, fmt.Errorf("read %s %s: %w", method, name, err)
			}
			p.operations[strings.ToUpper(method)] = o
		}
		d.paths = append(d.paths, p)
	}
	return d, nil
}

func split(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// plain undoes the escapes within a segment: some libraries write %40original for @original. RFC 3986 §2.1
func plain(segment string) string {
	if text, err := url.PathUnescape(segment); err == nil {
		return text
	}
	return segment
}

// escape makes a name a part of a JSON pointer. RFC 6901 §3
func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// find gives the operation of a path below the API's version; fixed segments go before parameters.
func (d *Document) find(method, at string) (*path, *operation) {
	segments := split(at)
	for i := range segments {
		segments[i] = plain(segments[i])
	}
	var best *path
	fixedMost := -1
	for i := range d.paths {
		p := &d.paths[i]
		if fixed, ok := p.matches(segments); ok && fixed > fixedMost && p.operations[method] != nil {
			best, fixedMost = p, fixed
		}
	}
	if best == nil {
		return nil, nil
	}
	return best, best.operations[method]
}

func (p *path) matches(segments []string) (fixed int, ok bool) {
	if len(segments) != len(p.segments) {
		return 0, false
	}
	for i, s := range p.segments {
		switch {
		case s == segments[i]:
			fixed++
		case !strings.HasPrefix(s, "{"):
			return 0, false
		}
	}
	return fixed, true
}

// Answer is a response to be checked, with the request it answers.
type Answer struct {
	Method string
	// Path is the request's, with /api and version.
	Path   string
	Status int
	Header http.Header
	Body   []byte
}

// ErrShape means that an answer's status and type are right, and its body is not.
var ErrShape = errors.New("body has another shape")

// Check gives the name of the operation that the answer is to, empty where the document has none, and what is wrong with
// the answer. Failures of the server are not in the document and pass.
func (d *Document) Check(a *Answer) (operationID string, err error) {
	at, ok := belowVersion(a.Path)
	if !ok {
		return "", nil
	}
	p, o := d.find(a.Method, at)
	if o == nil || a.Status >= http.StatusInternalServerError {
		return "", nil
	}
	key := strconv.Itoa(a.Status)
	text, ok := o.Responses[key]
	if !ok {
		key = key[:1] + "XX"
		if text, ok = o.Responses[key]; !ok {
			return o.ID, fmt.Errorf("%s: status %d is not documented", o.ID, a.Status)
		}
	}
	if err := d.checkBody(p.pointer+"/"+strings.ToLower(a.Method)+"/responses/"+key, text, a); err != nil {
		return o.ID, fmt.Errorf("%s %d: %w", o.ID, a.Status, err)
	}
	return o.ID, nil
}

// belowVersion takes /api and the version off a path.
func belowVersion(p string) (string, bool) {
	segments := split(p)
	if segments[0] != "api" {
		return "", false
	}
	segments = segments[1:]
	if len(segments) > 0 && len(segments[0]) > 1 && segments[0][0] == 'v' && strings.Trim(segments[0][1:], "0123456789") == "" {
		segments = segments[1:]
	}
	return strings.Join(segments, "/"), true
}

func (d *Document) checkBody(pointer string, text json.RawMessage, a *Answer) error {
	var r response
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	if r.Ref != "" {
		// All that are shared are JSON: errors.
		pointer = strings.TrimPrefix(r.Ref, "#")
	} else if len(r.Content) == 0 {
		if len(a.Body) > 0 {
			return fmt.Errorf("body of %d bytes, none is documented", len(a.Body))
		}
		return nil
	}
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("content type %q: %w", a.Header.Get("Content-Type"), err)
	}
	if _, documented := r.Content[kind]; r.Ref == "" && !documented {
		return fmt.Errorf("content type %q is not documented", kind)
	}
	if kind != "application/json" {
		return nil
	}
	schema, err := d.schema(pointer + "/content/application~1json/schema")
	if err != nil {
		return err
	}
	body, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.Body))
	if err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if err := schema.Validate(body); err != nil {
		return fmt.Errorf("%w: %w", ErrShape, err)
	}
	return nil
}

func (d *Document) schema(pointer string) (*jsonschema.Schema, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.schemas[pointer]; s != nil {
		return s, nil
	}
	s, err := d.compiler.Compile(location + "#" + pointer)
	if err != nil {
		return nil, fmt.Errorf("compile %s: %w", pointer, err)
	}
	d.schemas[pointer] = s
	return s, nil
}
