// Package test holds the tests that need more than picket itself does: a real
// S3 server, and the program as users run it. Package e2e calls a running
// server; clients has what the AWS CLI, boto3 and Terraform run against it. It is
// a module of its own so that nothing of what they pull in gets into picket's
// dependencies. It has no product code and may import anything.
package test
