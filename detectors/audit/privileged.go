package audit

import (
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

// PrivilegedParams tune PrivilegedContainer.
type PrivilegedParams struct {
	Learn            time.Duration `doc:"for how long after a cluster's log begins re-applied workloads and daemon sets' pods are taken for older than the log" source:"own choice: a day covers the rounds of common GitOps controllers"`
	Remember         time.Duration `doc:"for how long an image stays known after it was last seen privileged" source:"retention of findings, GuardDuty user guide"`
	Images           int           `doc:"the most images remembered" source:"own bound on memory"`
	SystemImages     []string      `doc:"parts of names of images that may be privileged in the system's namespaces" source:"EKS add-ons and common network and security agents"`
	SystemNamespaces []string      `doc:"the system's namespaces" source:"EKS add-ons, GuardDuty's agent among them; manifests of Calico and Flannel, which bring namespaces of their own"`
}

var privilegedType = declare(finding.Type{
	Name:     "PrivilegeEscalation:Kubernetes/PrivilegedContainer",
	Severity: 5,
	Title:    "A privileged container was started from an image not run privileged before.",
	Text:     "{k8sUser} started workload {workload} on cluster {cluster} with a privileged container, whose image had not been run privileged there before.",
	Remedy:   "Check whether the workload needs root on its node. If nobody planned it, delete it, revoke the credential that created it and inspect the node.",
})

// PrivilegedContainer reports images that become privileged.
var PrivilegedContainer = &detect.Detector{
	Name: "audit-privileged-container",
	Doc: `A workload is created, or changed, so that a container (init and ephemeral ones included) has
securityContext.privileged with an image that was not seen privileged in the cluster before. Images are compared without
tag and digest. Reads, status reports, changes that leave the specification alone and, in the learning period, re-applied
manifests and pods of daemon sets show what ran before and only teach. A controller's pods repeat their owner's
image, so only the owner's request is reported; without it, the first pod is.

Misses powers without the privileged flag (capabilities, hostPID, Windows host processes), images known for other
privileged uses, and workloads whose request bodies the audit policy leaves out. Known false positives: new
infrastructure agents outside the system's namespaces, and after the log begins, the first restart of an older privileged deployment.`,
	Findings: []*finding.Type{privilegedType},
	Params: &PrivilegedParams{
		Learn: 24 * time.Hour, Remember: 90 * 24 * time.Hour, Images: 1 << 16, SystemImages: systemImages, SystemNamespaces: systemNamespaces,
	},
	New: func(s *detect.Setup) detect.Handlers {
		par := detect.Param[PrivilegedParams](s)
		d := &privileged{
			par:    par,
			reader: newLaunchReader(s, par.Learn, par.Remember),
			images: detect.NewTable[uint64, sighting](s, "images", par.Remember, par.Images),
		}
		return detect.Handlers{
			When:  []detect.When{{All: event.Allowed, Names: workloads}},
			Audit: d.audit,
		}
	},
}

type privileged struct {
	par    *PrivilegedParams
	reader launchReader
	images *detect.Table[uint64, sighting]
}

func (d *privileged) audit(p *detect.Pass, a *event.Audit) { d.reader.show(p, a, `"privileged"`, d) }

func (d *privileged) learn(p *detect.Pass, spec string, since event.Time) {
	eachPrivileged(spec, func(image string) {
		d.images.At(p, imageKey(image)).stoodSince(since)
	})
}

// judge reports the privileged images that are new to the cluster. A patch
// without an answer may leave the image out; the workload then stands for it.
func (d *privileged) judge(p *detect.Pass, a *event.Audit, spec string) {
	eachPrivileged(spec, func(image string) {
		if systemImage(a, repository(image), d.par.SystemNamespaces, d.par.SystemImages) {
			return
		}
		key := imageKey(image)
		if image == "" {
			key = event.Hash(event.Hash(1, a.Namespace), a.Object)
		}
		if s := d.images.At(p, key); !s.familiar(p.Now) {
			s.reported = true
			p.Report(privilegedType, detect.Evidence{Key: detect.Key(a.Cluster, finding.ImagePrefix(image))})
		}
	})
}

func imageKey(image string) uint64 { return event.Hash(0, repository(image)) }

// eachPrivileged yields the image of every privileged container.
func eachPrivileged(spec string, yield func(image string)) {
	for _, list := range finding.ContainerLists {
		for c := range jsonview.Array(jsonview.Get(spec, list)) {
			if on, _ := jsonview.GetBool(c, "securityContext", "privileged"); on {
				yield(jsonview.GetString(c, "image"))
			}
		}
	}
}
