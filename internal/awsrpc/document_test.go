package awsrpc

import "testing"

func TestShapes(t *testing.T) {
	type part struct {
		Count *int32 `aws:"count,limit=Few"`
	}
	type whole struct {
		Name  *string `aws:"name,required"`
		Parts []part  `aws:"parts"`
	}
	shapes, err := ShapesOf[whole](&Service{Limits: map[string]Limit{"Few": {Max: new(int64(3))}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := shapes.Read(` {"name":"a","more":[{}],"parts":[{"count":7}],"parts2":null} `)
	if err != nil || *got.Name != "a" || len(got.Parts) != 1 || *got.Parts[0].Count != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	for text, want := range map[string]string{
		`{"parts":[{},{"count":"7"}]}`: "parts.1.count: expected a number",
		`{"name":1}`:                   "name: expected a string",
		`[]`:                           "expected an object",
		` `:                            "there is nothing",
	} {
		if _, err := shapes.Read(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	type broken struct {
		Name *string
	}
	if _, err := ShapesOf[broken](&Service{}); err == nil {
		t.Error("a shape without tags is no error")
	}
}

// TestFloats: a number with a fraction is always written as one, which clients
// show as it came.
func TestFloats(t *testing.T) {
	for x, want := range map[float64]string{8: "8.0", 0: "0.0", -3: "-3.0", 5.25: "5.25", 1e21: "1e+21", 1e-7: "1e-07"} {
		if got := string(appendFloat([]byte("1."), x)); got != "1."+want {
			t.Errorf("%v is written %s", x, got[2:])
		}
	}
}
