package scan

import (
	"regexp"
	"strings"

	"picket/event"
)

// hints reads account, region and cluster out of a path, for records that
// carry none. What a log is is never read from its name.
func hints(path string, given event.Meta) event.Meta {
	m := event.Meta{Path: path}
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for i, p := range parts {
		_, value, ok := strings.Cut(p, "=") // Hive-style partitions: aws-account-id=111122223333
		if !ok {
			value = p
		}
		switch {
		case m.Account == "" && accountForm.MatchString(value):
			m.Account = value
			if i+2 == len(parts)-1 && strings.HasPrefix(parts[len(parts)-1], "kube-apiserver-audit") {
				m.Cluster = parts[i+1]
			}
		case m.Region == "" && regionForm.MatchString(value):
			m.Region = value
		case p == "eks" && i+2 < len(parts) && strings.HasPrefix(parts[i+2], "cluster"):
			m.Cluster = parts[i+1] // /aws/eks/NAME/cluster, the log group's name
		}
	}
	if given.Account != "" {
		m.Account = given.Account
	}
	if given.Region != "" {
		m.Region = given.Region
	}
	return m
}

var (
	accountForm = regexp.MustCompile(`^\d{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+){1,2}-\d$`)
)
