package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"picket/internal/awsrpc"
)

// Who calls, and where.
const region, account, accessKey = "eu-west-1", "111122223333", "AKIAIOSFODNN7EXAMPLE"

// Sign gives r an Authorization header for service. The signature is none:
// whoever tests with it does not verify.
func Sign(r *http.Request, service string) {
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20260304/%s/%s/aws4_request, SignedHeaders=host, Signature=0", accessKey, region, service))
}

// NewRequest writes the call of op with the input in, a struct, as the protocol
// has it.
func NewRequest(api *awsrpc.Service, op awsrpc.Operation, base string, in reflect.Value) (*http.Request, error) {
	path, query, body := op.Path, url.Values{}, map[string]any{}
	for i := range in.NumField() {
		f, tag := in.Field(i), readTag(in.Type().Field(i))
		if f.IsNil() {
			continue
		}
		switch tag.in {
		case "body":
			body[tag.wire] = tree(reflect.Indirect(f), tag.iso)
		case "uri":
			path = strings.Replace(path, "{"+tag.wire+"}", url.PathEscape(f.Elem().String()), 1)
		case "query":
			query[tag.wire] = texts(f)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	r, err := http.NewRequest(op.Method, base+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if api.Protocol == awsrpc.AWSJSON {
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", api.Target+"."+op.Name)
	}
	Sign(r, api.Name)
	return r, nil
}

func texts(f reflect.Value) []string {
	if f.Kind() != reflect.Slice {
		return []string{fmt.Sprint(f.Elem().Interface())}
	}
	var out []string
	for i := range f.Len() {
		out = append(out, fmt.Sprint(f.Index(i).Interface()))
	}
	return out
}

// tree turns a value into what encoding/json would have read from its wire form.
func tree(v reflect.Value, iso bool) any {
	if t, ok := v.Interface().(time.Time); ok {
		if iso {
			return t.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		return float64(t.UnixMilli()) / 1000
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int32, reflect.Int64:
		return float64(v.Int())
	case reflect.Float64:
		return v.Float()
	case reflect.Slice:
		out := []any{}
		for i := range v.Len() {
			out = append(out, tree(v.Index(i), iso))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for it := v.MapRange(); it.Next(); {
			out[it.Key().String()] = tree(it.Value(), iso)
		}
		return out
	case reflect.Struct:
		return Tree(v)
	}
	panic("wiretest: no wire form of " + v.Type().String() + " of kind " + strconv.Itoa(int(v.Kind())))
}

// Tree is the body of a struct as encoding/json would read it.
func Tree(v reflect.Value) map[string]any {
	out := map[string]any{}
	for i := range v.NumField() {
		tag := readTag(v.Type().Field(i))
		if f := v.Field(i); tag.in == "body" && !f.IsNil() {
			out[tag.wire] = tree(reflect.Indirect(f), tag.iso)
		}
	}
	return out
}
