package trail

import (
	"testing"

	"picket/detect"
	"picket/detecttest"
)

func TestDeclarations(t *testing.T) {
	if err := detect.Validate(All); err != nil {
		t.Error(err)
	}
}

func TestListedCaller(t *testing.T) { detecttest.Run(t, ListedCaller, "testdata/listed_caller.txtar") }
func TestListedCallerS3(t *testing.T) {
	detecttest.Run(t, ListedCallerS3, "testdata/listed_caller_s3.txtar")
}
func TestPenTest(t *testing.T)   { detecttest.Run(t, PenTest, "testdata/pentest.txtar") }
func TestRootUsage(t *testing.T) { detecttest.Run(t, RootUsage, "testdata/root.txtar") }
func TestTrailDisabled(t *testing.T) {
	detecttest.Run(t, TrailDisabled, "testdata/trail_disabled.txtar")
}
func TestBedrockLogging(t *testing.T) { detecttest.Run(t, BedrockLogging, "testdata/bedrock.txtar") }
func TestPasswordPolicy(t *testing.T) {
	detecttest.Run(t, PasswordPolicy, "testdata/password_policy.txtar")
}
func TestConsoleLogin(t *testing.T) { detecttest.Run(t, ConsoleLogin, "testdata/console_login.txtar") }
func TestInstanceCredentials(t *testing.T) {
	detecttest.Run(t, InstanceCredentials, "testdata/instance_credentials.txtar")
}
func TestResourceCredentials(t *testing.T) {
	detecttest.Run(t, ResourceCredentials, "testdata/resource_credentials.txtar")
}
func TestAccountBlockPublicAccess(t *testing.T) {
	detecttest.Run(t, AccountBlockPublicAccess, "testdata/account_block.txtar")
}
func TestBucketBlockPublicAccess(t *testing.T) {
	detecttest.Run(t, BucketBlockPublicAccess, "testdata/bucket_block.txtar")
}
func TestBucketGrant(t *testing.T) { detecttest.Run(t, BucketGrant, "testdata/bucket_grant.txtar") }
func TestServerAccessLogging(t *testing.T) {
	detecttest.Run(t, ServerAccessLogging, "testdata/server_access_logging.txtar")
}
