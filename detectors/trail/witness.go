package trail

import (
	"strings"
	"time"

	"picket/detect"
	"picket/event"
)

// A witness is what is known of the people at an address: where a person
// works from is not where an instance, a task or a function runs.
type witness struct {
	Console event.Time // a person last used the console from here
	Tool    event.Time // a person last used a program with keys of their own from here
	Agent   uint64     // hash of that program's user agent
	Reached event.Time // somebody last got into an instance from here
}

// Bounds of the memory of witnesses: signs are looked for within hours.
const (
	witnessTTL = 48 * time.Hour
	witnessMax = 1 << 16
)

// observe notes a call that no watched credentials made.
func (c *custody) observe(pass *detect.Pass, t *event.Trail) {
	if t.Caller.IsZero() || t.Endpoint != "" || byService(t) {
		return
	}
	person, reach := isPerson(&t.User), c.reaches(t)
	if !person && !reach {
		return
	}
	w := c.witnesses.At(pass, t.Caller)
	switch {
	case person && fromConsole(t):
		w.Console = pass.Now
	case person:
		w.Tool, w.Agent = pass.Now, event.Hash(0, t.UserAgent)
	}
	if reach {
		w.Reached = pass.Now
	}
}

// isPerson reports whether an identity is one that people have: a user, root,
// or a permission set of IAM Identity Center.
func isPerson(u *event.Identity) bool {
	switch u.Type {
	case "IAMUser", "Root", "FederatedUser":
		return true
	}
	return strings.HasPrefix(u.IssuerName, "AWSReservedSSO_")
}

// fromConsole reports whether a call was made by a browser in the console:
// older consoles call as themselves, newer ones pass the browser's user agent.
func fromConsole(t *event.Trail) bool {
	switch t.EventType {
	case "AwsConsoleSignIn", "AwsConsoleAction":
		return true
	}
	a := t.UserAgent
	return strings.HasPrefix(a, "console.") || strings.HasPrefix(a, "Mozilla/") || a == "signin.amazonaws.com" ||
		strings.Contains(a, "ConsoleFrontend") || strings.Contains(a, "[S3Console")
}

// reaches reports whether a call gets into an instance.
func (c *custody) reaches(t *event.Trail) bool {
	if t.Traits&event.Succeeded == 0 {
		return false
	}
	switch t.Source {
	case "ssm.amazonaws.com", "ec2-instance-connect.amazonaws.com", "ec2.amazonaws.com":
		return c.reach[t.Name]
	}
	return false
}

// The weights of signs; CredentialParams.Suspicion is the bound. Each strong or
// weak sign alone has innocent causes, and two strong ones together hardly any.
// A machine, a task or a function never signs in to the console.
const (
	clearSign  = 4
	strongSign = 2
	weakSign   = 1
)

// suspicion adds up the signs that the caller is a person with somebody
// else's credentials rather than holder h at address x.
func (c *custody) suspicion(pass *detect.Pass, t *event.Trail, h *holder, x *exit) (sum int) {
	switch {
	case t.Traits&event.ConsoleLogin != 0:
		sum += clearSign
	case fromConsole(t):
		sum += strongSign
	}
	if x.Asked {
		sum += weakSign
	}
	if c.agents.of(t.UserAgent) != ordinary || desktop(t.UserAgent) {
		sum += strongSign
	}
	w := c.witnesses.Get(pass, t.Caller)
	if w == nil {
		return sum
	}
	if within(pass.Now, w.Console, c.p.ConsoleWindow) {
		sum += strongSign
	}
	if within(pass.Now, w.Tool, c.p.ToolWindow) && w.Agent == event.Hash(0, t.UserAgent) {
		sum += strongSign
	}
	if within(pass.Now, w.Reached, c.p.ToolWindow) {
		sum += strongSign
		if x.State != exitOwn && within(pass.Now, h.Home, c.p.ToolWindow) {
			sum += weakSign // the holder itself is somewhere else
		}
	}
	return sum
}

func within(now, then event.Time, d time.Duration) bool {
	return then != 0 && now-then <= event.Time(d.Milliseconds())
}

// desktop reports whether an AWS client says that it runs on macOS, which few
// instances do and no task or function. Browsers' user agents do not count.
func desktop(agent string) bool {
	if strings.HasPrefix(agent, "Mozilla/") {
		return false
	}
	return strings.Contains(agent, " Darwin/") || strings.Contains(agent, "os/macos") || strings.Contains(agent, "GOOS#darwin")
}
