package sigv4_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"picket/internal/awsrpc/sigv4"
	"picket/internal/fault"
)

// TestCommandLineClients calls a verifying server with the clients that are
// named by the environment: PICKET_TEST_AWS is an AWS CLI, PICKET_TEST_CURL a
// curl that knows --aws-sigv4. It is skipped without them.
func TestCommandLineClients(t *testing.T) {
	const arn = "arn:aws:guardduty:eu-west-1:111122223333:detector/12abc/filter/a b+c"
	aws, curl := os.Getenv("PICKET_TEST_AWS"), os.Getenv("PICKET_TEST_CURL")
	if aws == "" && curl == "" {
		t.Skip("neither PICKET_TEST_AWS nor PICKET_TEST_CURL names a client")
	}
	for _, tc := range []struct {
		name, client, token string
		args                []string
	}{
		{"list", aws, "", []string{"guardduty", "list-detectors", "--max-results", "5", "--no-paginate"}},
		{"create", aws, exampleToken, []string{"guardduty", "create-detector", "--enable"}},
		{"untag", aws, "", []string{"guardduty", "untag-resource", "--resource-arn", arn, "--tag-keys", "k 1", "k=2", "ü", "~", "Z", "a+b"}},
		{"logs", aws, "", []string{"logs", "describe-log-groups"}},
		{"get", curl, "", []string{"/detector?maxResults=5"}},
		{"post", curl, "", []string{"-H", "Content-Type: application/json", "-d", `{"enable":true}`, "/detector"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.client == "" {
				t.Skip("no such client")
			}
			server := httptest.NewServer(verifying(t, exampleKeys(tc.token)))
			defer server.Close()
			cmd := exec.Command(tc.client, clientArgs(tc.client == curl, server.URL, tc.args)...)
			cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID="+exampleKey, "AWS_SECRET_ACCESS_KEY="+exampleSecret, "AWS_SESSION_TOKEN="+tc.token,
				"AWS_DEFAULT_REGION=eu-west-1", "AWS_MAX_ATTEMPTS=1", "AWS_CONFIG_FILE=/dev/null")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

func clientArgs(isCurl bool, url string, args []string) []string {
	if !isCurl {
		return append([]string{"--endpoint-url", url}, args...)
	}
	last := len(args) - 1
	return append([]string{"-sS", "--fail", "--user", exampleKey + ":" + exampleSecret, "--aws-sigv4", "aws:amz:eu-west-1:guardduty"},
		append(args[:last:last], url+args[last])...)
}

// verifying answers {} to what verifies and 403 to what does not.
func verifying(t *testing.T, keys func(string) (sigv4.Secret, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = sigv4.Verify(r, body, time.Now(), keys)
		}
		if err != nil {
			t.Errorf("%s %s: %v", r.Method, r.RequestURI, err)
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": fault.Message(err)})
			return
		}
		_, _ = io.Copy(w, strings.NewReader("{}"))
	})
}
