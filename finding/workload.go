package finding

import (
	"strings"

	"picket/event"
	"picket/jsonview"
)

// PodSpec returns the raw pod specification within a raw Kubernetes object:
// of a pod, a pod template's owner (deployment, daemon set, job …) or a cron
// job; "" when the object is none of these.
func PodSpec(object string) string {
	spec := jsonview.Get(object, "spec")
	if s := jsonview.Get(spec, "jobTemplate", "spec", "template", "spec"); s != "" {
		return s
	}
	if s := jsonview.Get(spec, "template", "spec"); s != "" {
		return s
	}
	if jsonview.Get(spec, "containers") != "" {
		return spec
	}
	return ""
}

// ContainerLists are the members of a pod specification that hold containers.
var ContainerLists = [...]string{"containers", "initContainers", "ephemeralContainers"}

// ImagePrefix is the image name before its last slash, "" when there is none
// (API reference, Container.imagePrefix).
func ImagePrefix(image string) string {
	i := strings.LastIndexByte(image, '/')
	if i < 0 {
		return ""
	}
	return image[:i]
}

// Workload describes the workload that a request was about, nil when it was
// about none. The description comes from the request's body, else from the
// response's; an exec names the pod only.
func Workload(a *event.Audit) *KubernetesWorkloadDetails {
	body := a.Request
	spec := PodSpec(body)
	if spec == "" {
		body = a.Response
		spec = PodSpec(body)
	}
	if spec == "" {
		if a.Subresource != "" && a.Resource == "pods" {
			return &KubernetesWorkloadDetails{Name: strings.Clone(a.Object), Type: "pods", Namespace: strings.Clone(a.Namespace)}
		}
		return nil
	}
	w := &KubernetesWorkloadDetails{
		Name: strings.Clone(objectName(a, body)), Type: strings.Clone(a.Resource), Namespace: strings.Clone(a.Namespace),
		UID:                strings.Clone(first(jsonview.GetString(body, "metadata", "uid"), jsonview.GetString(a.Response, "metadata", "uid"))),
		ServiceAccountName: strings.Clone(jsonview.GetString(spec, "serviceAccountName")),
		HostNetwork:        flag(spec, "hostNetwork"), HostPID: flag(spec, "hostPID"), HostIPC: flag(spec, "hostIPC"),
	}
	for _, list := range ContainerLists {
		for c := range jsonview.Array(jsonview.Get(spec, list)) {
			w.Containers = append(w.Containers, container(c))
		}
	}
	for v := range jsonview.Array(jsonview.Get(spec, "volumes")) {
		vol := Volume{Name: strings.Clone(jsonview.GetString(v, "name"))}
		if p := jsonview.GetString(v, "hostPath", "path"); p != "" {
			vol.HostPath = &HostPath{Path: strings.Clone(p)}
		}
		w.Volumes = append(w.Volumes, vol)
	}
	return w
}

func objectName(a *event.Audit, body string) string {
	for _, s := range []string{a.Object, jsonview.GetString(body, "metadata", "name"), jsonview.GetString(a.Response, "metadata", "name"),
		jsonview.GetString(body, "metadata", "generateName")} {
		if s != "" {
			return s
		}
	}
	return ""
}

func flag(spec, name string) *bool {
	v, ok := jsonview.GetBool(spec, name)
	if !ok {
		return nil
	}
	return &v
}

func container(c string) Container {
	image := strings.Clone(jsonview.GetString(c, "image"))
	out := Container{Name: strings.Clone(jsonview.GetString(c, "name")), Image: image, ImagePrefix: ImagePrefix(image)}
	for m := range jsonview.Array(jsonview.Get(c, "volumeMounts")) {
		out.VolumeMounts = append(out.VolumeMounts, VolumeMount{
			Name: strings.Clone(jsonview.GetString(m, "name")), MountPath: strings.Clone(jsonview.GetString(m, "mountPath")),
		})
	}
	if v, ok := jsonview.GetBool(c, "securityContext", "privileged"); ok {
		out.SecurityContext = &SecurityContext{Privileged: v}
	}
	return out
}
