/* SPDX-License-Identifier: Apache-2.0 */
#include "rest/resources.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Fields: 1.20 pkg/apis/core/v1/conversion.go:31-150, pkg/registry/core/<resource>/strategy.go.
 */
static const struct rest_resource table[] = {
	{"", "v1", "bindings", "binding", "Binding", "", REST_NAMESPACED | REST_CREATE_ONLY,
		{0}},
	{"", "v1", "configmaps", "configmap", "ConfigMap", "cm", REST_NAMESPACED, {0}},
	{"", "v1", "endpoints", "endpoints", "Endpoints", "ep",
		REST_NAMESPACED | REST_PUT_CREATES, {0}},
	{"", "v1", "events", "event", "Event", "ev",
		REST_NAMESPACED | REST_PUT_CREATES | REST_EXPIRES,
		{"involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
			"involvedObject.uid", "involvedObject.apiVersion",
			"involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
			"reportingComponent", "source", "type"}},
	{"", "v1", "namespaces", "namespace", "Namespace", "ns",
		REST_HAS_STATUS | REST_HOLDS_OTHERS, {"status.phase"}},
	{"", "v1", "nodes", "node", "Node", "no", REST_HAS_STATUS, {"spec.unschedulable"}},
	{"", "v1", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim",
		"pvc", REST_NAMESPACED | REST_HAS_STATUS, {0}},
	{"", "v1", "persistentvolumes", "persistentvolume", "PersistentVolume", "pv",
		REST_HAS_STATUS, {0}},
	{"", "v1", "pods", "pod", "Pod", "po",
		REST_NAMESPACED | REST_HAS_STATUS | REST_HAS_BINDING | REST_HAS_GRACE |
			REST_IN_ALL,
		{"spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
			"spec.serviceAccountName", "status.phase", "status.podIP",
			"status.nominatedNodeName"}},
	{"", "v1", "replicationcontrollers", "replicationcontroller", "ReplicationController",
		"rc", REST_NAMESPACED | REST_HAS_STATUS | REST_IN_ALL, {0}},
	{"", "v1", "secrets", "secret", "Secret", "", REST_NAMESPACED, {"type"}},
	{"", "v1", "serviceaccounts", "serviceaccount", "ServiceAccount", "sa",
		REST_NAMESPACED | REST_HAS_TOKEN, {0}},
	{"", "v1", "services", "service", "Service", "svc",
		REST_NAMESPACED | REST_HAS_STATUS | REST_IN_ALL, {0}},
	{"apps", "v1", "daemonsets", "daemonset", "DaemonSet", "ds",
		REST_NAMESPACED | REST_HAS_STATUS | REST_IN_ALL, {0}},
	{"apps", "v1", "deployments", "deployment", "Deployment", "deploy",
		REST_NAMESPACED | REST_HAS_STATUS | REST_IN_ALL, {0}},
	{"apps", "v1", "replicasets", "replicaset", "ReplicaSet", "rs",
		REST_NAMESPACED | REST_HAS_STATUS | REST_IN_ALL, {0}},
	{"authentication.k8s.io", "v1", "tokenreviews", "tokenreview", "TokenReview", "",
		REST_CREATE_ONLY | REST_REVIEW, {0}},
	{"authorization.k8s.io", "v1", "subjectaccessreviews", "subjectaccessreview",
		"SubjectAccessReview", "", REST_CREATE_ONLY | REST_REVIEW, {0}},
	{"certificates.k8s.io", "v1", "certificatesigningrequests", "certificatesigningrequest",
		"CertificateSigningRequest", "csr", REST_HAS_STATUS, {0}},
	{"coordination.k8s.io", "v1", "leases", "lease", "Lease", "",
		REST_NAMESPACED | REST_PUT_CREATES | REST_CONDITIONAL, {0}},
	{"discovery.k8s.io", "v1", "endpointslices", "endpointslice", "EndpointSlice", "",
		REST_NAMESPACED, {0}},
	{"node.k8s.io", "v1", "runtimeclasses", "runtimeclass", "RuntimeClass", "",
		REST_PUT_CREATES | REST_CONDITIONAL, {0}},
	{"storage.k8s.io", "v1", "csidrivers", "csidriver", "CSIDriver", "", REST_CONDITIONAL,
		{0}},
	{"storage.k8s.io", "v1", "csinodes", "csinode", "CSINode", "", REST_CONDITIONAL, {0}},
	{"storage.k8s.io", "v1", "volumeattachments", "volumeattachment", "VolumeAttachment",
		"", REST_HAS_STATUS | REST_CONDITIONAL, {0}},
	/* Of node-feature-discovery, as its chart defines it; apiextensions-apiserver
	 * customresource/strategy.go. */
	{"topology.node.k8s.io", "v1alpha2", "noderesourcetopologies", "noderesourcetopology",
		"NodeResourceTopology", "node-res-topo", REST_CONDITIONAL, {0}},
};

static_assert(sizeof(table) / sizeof(table[0]) <= REST_RESOURCES_MAX, "room for all of them");

const struct rest_resource *rest_resources(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

size_t rest_resource_place(const struct rest_resource *r)
{
	return (size_t)(r - table);
}

const struct rest_resource *rest_resource_find(
	const char *group, const char *version, const char *plural)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].plural, plural) && !strcmp(table[i].group, group) &&
			!strcmp(table[i].version, version))
			return &table[i];
	return NULL;
}

const struct rest_resource *rest_resource_named(const char *name)
{
	size_t plural = strcspn(name, "./");
	size_t group = strcspn(name + plural, "/");

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct rest_resource *r = &table[i];

		if (strlen(r->plural) != plural || strncmp(r->plural, name, plural) != 0)
			continue;
		if (group == 0 || (strlen(r->group) == group - 1 &&
					  !strncmp(r->group, name + plural + 1, group - 1)))
			return r;
	}
	return NULL;
}

const char *rest_group_version(const struct rest_resource *r, char *buf)
{
	(void)snprintf(
		buf, REST_GROUP_VERSION, "%s%s%s", r->group, *r->group ? "/" : "", r->version);
	return buf;
}
