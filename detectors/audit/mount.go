package audit

import (
	"path"
	"strings"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

// MountParams tune SensitiveMount.
type MountParams struct {
	Paths            []string      `doc:"paths of a node that give power over it; all below and all above them count too" source:"Amazon's tester mounts /etc; credentials, keys, programs, kernel interfaces and runtime sockets of common node images"`
	Learn            time.Duration `doc:"for how long after a cluster's log begins re-applied workloads and daemon sets' pods are taken for older than the log" source:"own choice: a day covers the rounds of common GitOps controllers"`
	Remember         time.Duration `doc:"for how long an image's mount stays known after it was last seen" source:"retention of findings, GuardDuty user guide"`
	Mounts           int           `doc:"the most pairs of image and path remembered" source:"own bound on memory"`
	SystemImages     []string      `doc:"parts of names of images that may mount anything in the system's namespaces" source:"EKS add-ons and common network and security agents"`
	SystemNamespaces []string      `doc:"the system's namespaces" source:"EKS add-ons, GuardDuty's agent among them; manifests of Calico and Flannel, which bring namespaces of their own"`
}

var mountType = declare(finding.Type{
	Name:     "Persistence:Kubernetes/ContainerWithSensitiveMount",
	Severity: 5,
	Title:    "A container was started with write access to a sensitive path of its node.",
	Text:     "{k8sUser} started workload {workload} on cluster {cluster} with a sensitive path of the node mounted for writing.",
	Remedy:   "Check whether the workload needs the path, and if so mount it read-only. If nobody planned it, delete the workload, revoke the credential that created it and replace the node.",
})

// SensitiveMount reports containers that can write to their node.
var SensitiveMount = &detect.Detector{
	Name: "audit-sensitive-mount",
	Doc: `A workload is created, or changed, so that a container mounts a hostPath volume without readOnly whose path is a
sensitive one, lies below one or above one ("/" is above all). A controller's pods repeat their owner's mounts and are
reported only when the owner's request was not seen. Changes of a workload are reported when its image did not have the mount
before; reads and status reports only teach.

Misses persistent volumes of type hostPath, and workloads whose request bodies the audit policy leaves out. Known
false positives: storage drivers and node agents outside the system's namespaces, and monitoring that mounts "/" without readOnly.`,
	Findings: []*finding.Type{mountType},
	Params: &MountParams{
		Paths: []string{
			"/etc", "/root", "/home", "/boot", "/proc", "/sys", "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/lib/systemd",
			"/run/docker.sock", "/run/containerd", "/run/crio", "/var/run/docker.sock", "/var/run/containerd", "/var/run/crio",
			"/var/lib/kubelet", "/var/lib/docker", "/var/lib/containerd", "/var/lib/etcd", "/var/spool/cron", "/opt/cni",
		},
		Learn: 24 * time.Hour, Remember: 90 * 24 * time.Hour, Mounts: 1 << 16, SystemImages: systemImages, SystemNamespaces: systemNamespaces,
	},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[MountParams](s)
		d := &mounts{
			par:    par,
			reader: newLaunchReader(s, par.Learn, par.Remember),
			seen:   detect.NewTable[uint64, sighting](s, "mounts", par.Remember, par.Mounts),
		}
		return detect.Handlers{
			When:  []detect.When{{All: event.Allowed, Names: workloads}},
			Audit: d.audit,
		}
	},
}

type mounts struct {
	par    *MountParams
	reader launchReader
	seen   *detect.Table[uint64, sighting]
}

func (d *mounts) audit(p *detect.Pass, a *event.Audit) { d.reader.show(p, a, `"hostPath"`, d) }

func (d *mounts) learn(p *detect.Pass, spec string, since event.Time) {
	d.eachMount(spec, func(image, path string) {
		d.seen.At(p, mountKey(image, path)).stoodSince(since)
	})
}

// judge reports each sensitive mount of a new specification; what a controller
// made, or an update left, only if it is new to the cluster.
func (d *mounts) judge(p *detect.Pass, a *event.Audit, spec string) {
	always := a.Verb == "create" && a.Traits&event.ControlPlane == 0
	d.eachMount(spec, func(image, path string) {
		if systemImage(a, repository(image), d.par.SystemNamespaces, d.par.SystemImages) {
			return
		}
		if s := d.seen.At(p, mountKey(image, path)); always || !s.familiar(p.Now) {
			s.reported = true
			p.Report(mountType, detect.Evidence{Key: detect.Key(a.Cluster, finding.ImagePrefix(image), path)})
		}
	})
}

func mountKey(image, path string) uint64 { return event.Hash(event.Hash(2, repository(image)), path) }

// eachMount yields the image and the path of every sensitive writable mount.
func (d *mounts) eachMount(spec string, yield func(image, path string)) {
	for v := range jsonview.Array(jsonview.Get(spec, "volumes")) {
		host := jsonview.GetString(v, "hostPath", "path")
		if host == "" {
			continue
		}
		if host = path.Clean(host); !d.sensitive(host) {
			continue
		}
		name := jsonview.GetString(v, "name")
		for _, list := range finding.ContainerLists {
			for c := range jsonview.Array(jsonview.Get(spec, list)) {
				if writes(c, name) {
					yield(jsonview.GetString(c, "image"), host)
				}
			}
		}
	}
}

// writes reports whether a container mounts a volume and may write to it.
func writes(container, volume string) bool {
	for m := range jsonview.Array(jsonview.Get(container, "volumeMounts")) {
		if jsonview.GetString(m, "name") != volume {
			continue
		}
		if ro, _ := jsonview.GetBool(m, "readOnly"); !ro {
			return true
		}
	}
	return false
}

func (d *mounts) sensitive(host string) bool {
	for _, s := range d.par.Paths {
		if within(host, s) || within(s, host) {
			return true
		}
	}
	return false
}

// within reports whether p is dir or lies below it.
func within(p, dir string) bool {
	rest, ok := strings.CutPrefix(p, dir)
	return ok && (rest == "" || dir == "/" || rest[0] == '/')
}
