package audit

import (
	"slices"
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

// workloads are the resources whose objects hold a pod specification.
var workloads = []string{"pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs"}

// A launch says what a request tells of the pod specification it carries.
type launch uint8

const (
	untold   launch = iota // nothing
	standing               // it was there before the request
	started                // the request brought it about
)

// A sighting is what a cluster is known to have run: an image, or an image with
// a mount.
type sighting struct {
	since    event.Time // creation of the oldest object seen with it, zero: none
	reported bool
}

// stoodSince notes an object of the given creation time.
func (s *sighting) stoodSince(t event.Time) {
	if s.since == 0 || t < s.since {
		s.since = t
	}
}

// sameObject is how far the times of an object in its own metadata and in the
// log of its creation may lie apart: the metadata has whole seconds.
const sameObject = 2 * event.Second

// familiar reports whether what was sighted had run before now. The records of
// one cluster come from several API servers and may arrive out of order: an
// object's first status report, come before its creation, must not make the
// creation look familiar.
func (s *sighting) familiar(now event.Time) bool {
	return s.reported || s.since != 0 && s.since+sameObject < now
}

// A launchReader tells, for one detector, new specifications from standing
// ones.
type launchReader struct {
	// first is when each cluster's log began.
	first *detect.Table[uint8, event.Time]
	learn event.Time
}

func newLaunchReader(s *detect.Setup, learn, remember time.Duration) launchReader {
	return launchReader{
		first: detect.NewTable[uint8, event.Time](s, "log-began", remember, maxClusters),
		learn: event.Time(learn.Milliseconds()),
	}
}

// maxClusters bounds what is kept per cluster.
const maxClusters = 1 << 14

// learning reports whether the cluster's log began less than the learning
// period ago.
func (r *launchReader) learning(p *detect.Pass) bool {
	t := r.first.At(p, 0)
	if *t == 0 || p.Now < *t {
		*t = p.Now
	}
	return p.Now-*t < r.learn
}

// A launchJudge is what a detector does with specifications.
type launchJudge interface {
	// learn takes a specification that stood since the given time.
	learn(p *detect.Pass, spec string, since event.Time)
	// judge takes a specification that the request brought about.
	judge(p *detect.Pass, a *event.Audit, spec string)
}

// show reads the pod specifications that a request and its answer hold and
// shows them to j if they have the member, a quoted name, anywhere.
func (r *launchReader) show(p *detect.Pass, a *event.Audit, member string, j launchJudge) {
	if !strings.Contains(a.Request, member) && !strings.Contains(a.Response, member) {
		if a.Request != "" || a.Response != "" {
			r.learning(p)
		}
		return
	}
	if a.Verb == "list" {
		for item := range jsonview.Array(jsonview.Get(a.Response, "items")) {
			if spec := finding.PodSpec(item); strings.Contains(spec, member) {
				j.learn(p, spec, creation(item, a.At))
			}
		}
		return
	}
	switch spec, l := read(a, r.learning(p)); {
	case !strings.Contains(spec, member):
	case l == standing:
		j.learn(p, spec, creation(a.Response, a.At))
	case l == started:
		j.judge(p, a, spec)
	}
}

// read returns the pod specification a request is about and what the request
// tells of it.
func read(a *event.Audit, learning bool) (spec string, l launch) {
	switch {
	case a.Subresource == "ephemeralcontainers":
		if spec = finding.PodSpec(a.Response); spec == "" {
			spec = jsonview.Get(a.Request, "spec")
		}
		return spec, started
	case a.Subresource != "":
		return finding.PodSpec(a.Response), standing
	case a.Verb == "create":
		if managed(a) || learning && a.User == daemonSets {
			return podSpec(a.Request, a.Response), standing
		}
		return podSpec(a.Request, a.Response), started
	case a.Verb == "update":
		return podSpec(a.Request, a.Response), updated(a)
	case a.Verb == "patch":
		return podSpec(a.Response, a.Request), patched(a, learning)
	case a.Verb == "get":
		return finding.PodSpec(a.Response), standing
	}
	return "", untold
}

// daemonSets is the controller that starts pods when a node joins: in the
// learning period these belong to daemon sets older than the log.
const daemonSets = "system:serviceaccount:kube-system:daemon-set-controller"

func podSpec(first, second string) string {
	if s := finding.PodSpec(first); s != "" {
		return s
	}
	return finding.PodSpec(second)
}

// updated judges the replacement of an object. The API server counts changes
// of a specification in metadata.generation. Of a running pod little can be
// changed, its privileges and mounts not at all.
func updated(a *event.Audit) launch {
	if a.Resource == "pods" || managed(a) {
		return standing
	}
	before, ok1 := jsonview.GetInt(a.Request, "metadata", "generation")
	after, ok2 := jsonview.GetInt(a.Response, "metadata", "generation")
	if ok1 && ok2 && before == after {
		return standing
	}
	return started
}

// patched judges a patch. Server-side apply sends the whole object each time,
// recognised by its kind: it starts what it creates, and in the learning period
// repeats what was there. Other patches hold changes only.
func patched(a *event.Audit, learning bool) launch {
	switch {
	case managed(a):
		return standing
	case a.Code == created:
		return started
	case a.Resource == "pods":
		return standing
	case jsonview.Get(a.Request, "kind") != "":
		if learning {
			return standing
		}
		return started
	case changesPod(a.Request):
		return started
	}
	return standing
}

// created is the HTTP status of a request that made a new object.
const created = 201

// changesPod reports whether a merge patch or a JSON patch touches what the
// workload detectors look at. Quotes keep out the copy of the manifest that
// kubectl keeps, escaped, in an annotation.
func changesPod(patch string) bool {
	for _, s := range podMembers {
		if strings.Contains(patch, s) {
			return true
		}
	}
	return false
}

// podMembers are the members in question, as a merge patch names them and as
// the path of a JSON patch ends in them.
var podMembers = [...]string{
	`"privileged"`, `"image"`, `"hostPath"`, `"volumeMounts"`,
	`/privileged"`, `/image"`, `/hostPath/path"`, `/readOnly"`,
}

// creation is when an object says it was created, else the time given.
func creation(object string, at event.Time) event.Time {
	if t, ok := event.ParseTime(jsonview.GetString(object, "metadata", "creationTimestamp")); ok {
		return t
	}
	return at
}

// repository is an image's name without tag and digest: a new version of an
// image is no new image.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image = image[:i]
	}
	return image
}

// systemImages are parts of the names of images that need a node's powers to do
// their work in the system's namespaces.
var systemImages = []string{
	"kube-proxy", "amazon-k8s-cni", "aws-network-policy-agent", "aws-ebs-csi-driver", "aws-efs-csi-driver", "aws-fsx-csi-driver",
	"livenessprobe", "node-driver-registrar", "csi-node-driver-registrar", "cilium", "calico", "falco", "guardduty-agent",
	"eks-pod-identity-agent", "eks-node-monitoring-agent",
	"kindnet", "flannel", "weave-kube", "weave-npc", "kube-router", "antrea", "multus-cni", "k8s-dns-node-cache",
}

// systemNamespaces are where these images are installed: most in kube-system.
var systemNamespaces = []string{"kube-system", "calico-system", "kube-flannel", "amazon-guardduty"}

// systemImage reports whether an image of a system's namespace is one of list.
// The registry is left out of the comparison, for mirrors.
func systemImage(a *event.Audit, repo string, namespaces, list []string) bool {
	if !slices.Contains(namespaces, a.Namespace) {
		return false
	}
	if host, path, ok := strings.Cut(repo, "/"); ok && strings.ContainsAny(host, ".:") {
		repo = path
	}
	for _, name := range list {
		if strings.Contains(repo, name) {
			return true
		}
	}
	return false
}
