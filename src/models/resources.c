/* SPDX-License-Identifier: Apache-2.0 */
/* The resources that Kubernetes itself has, so that a misspelt one is noticed. */
#include <string.h>

#include "base/str.h"
#include "models/feature.h"

/* Plural names as audit logs write them; subresources behind a slash. */
static const char *const known[] = {"bindings", "certificatesigningrequests",
	"certificatesigningrequests/approval", "certificatesigningrequests/status",
	"clusterrolebindings", "clusterroles", "clustertrustbundles", "componentstatuses",
	"configmaps", "controllerrevisions", "cronjobs", "cronjobs/status", "csidrivers",
	"csinodes", "csistoragecapacities", "customresourcedefinitions",
	"customresourcedefinitions/status", "daemonsets", "daemonsets/status", "deployments",
	"deployments/scale", "deployments/status", "deviceclasses", "endpoints",
	"endpointslices", "events", "flowschemas", "flowschemas/status",
	"horizontalpodautoscalers", "horizontalpodautoscalers/status", "ingressclasses",
	"ingresses", "ingresses/status", "ipaddresses", "jobs", "jobs/status", "leases",
	"limitranges", "localsubjectaccessreviews", "mutatingwebhookconfigurations",
	"namespaces", "namespaces/finalize", "namespaces/status", "networkpolicies", "nodes",
	"nodes/log", "nodes/metrics", "nodes/proxy", "nodes/stats", "nodes/status",
	"persistentvolumeclaims", "persistentvolumeclaims/status", "persistentvolumes",
	"persistentvolumes/status", "poddisruptionbudgets", "poddisruptionbudgets/status",
	"pods", "pods/attach", "pods/binding", "pods/ephemeralcontainers", "pods/eviction",
	"pods/exec", "pods/log", "pods/portforward", "pods/proxy", "pods/resize", "pods/status",
	"podcertificaterequests", "podcertificaterequests/status", "podtemplates",
	"priorityclasses", "prioritylevelconfigurations", "replicasets", "replicasets/scale",
	"replicasets/status", "replicationcontrollers", "replicationcontrollers/status",
	"resourceclaims", "resourceclaims/status", "resourceclaimtemplates", "resourcequotas",
	"resourcequotas/status", "resourceslices", "rolebindings", "roles", "runtimeclasses",
	"secrets", "selfsubjectaccessreviews", "selfsubjectreviews", "selfsubjectrulesreviews",
	"serviceaccounts", "serviceaccounts/token", "servicecidrs", "services",
	"services/proxy", "services/status", "statefulsets", "statefulsets/scale",
	"statefulsets/status", "storageclasses", "subjectaccessreviews", "tokenreviews",
	"validatingadmissionpolicies", "validatingadmissionpolicybindings",
	"validatingwebhookconfigurations", "volumeattachments", "volumeattachments/status",
	"volumeattributesclasses"};

bool resource_is_known(const char *resource, const char **near)
{
	*near = NULL;
	if (strchr(resource, '.'))
		return true;
	for (uint32_t i = 0; i < COUNT_OF(known); i++)
		if (!strcmp(resource, known[i]))
			return true;
	*near = str_nearest(resource, known, COUNT_OF(known));
	return false;
}
