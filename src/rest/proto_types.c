/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers: generated.proto of 1.20 beside the types, k8s.io/apimachinery/pkg/apis/meta/v1,
 * k8s.io/apimachinery/pkg/runtime, k8s.io/api/core/v1, apps/v1 and authentication/v1.  Names
 * are those of JSON, from the same types' types.go. */
#include "rest/proto_types.h"

#include <string.h>

#define MESSAGE(id, text, ...)                                                                 \
	static const struct proto_field id##_fields[] = {__VA_ARGS__, {0, NULL, 0, 0, NULL}};  \
	static const struct proto_message id = {text, id##_fields}

#define FIELD(n, name, kind, how, of)                                                          \
	{                                                                                      \
		n, name, kind, how, of                                                         \
	}
#define TEXT(n, name)          FIELD(n, name, PROTO_TEXT, PROTO_ONE, NULL)
#define TEXTS(n, name)         FIELD(n, name, PROTO_TEXT, PROTO_EACH, NULL)
#define TEXT_MAP(n, name)      FIELD(n, name, PROTO_TEXT, PROTO_MAP, NULL)
#define BYTES_MAP(n, name)     FIELD(n, name, PROTO_BYTES, PROTO_MAP, NULL)
#define TEXT_POINTER(n, name)  FIELD(n, name, PROTO_TEXT, PROTO_POINTER, NULL)
#define INT(n, name)           FIELD(n, name, PROTO_INT, PROTO_ONE, NULL)
#define INT_POINTER(n, name)   FIELD(n, name, PROTO_INT, PROTO_POINTER, NULL)
#define TRUTH(n, name)         FIELD(n, name, PROTO_TRUTH, PROTO_ONE, NULL)
#define TRUTH_POINTER(n, name) FIELD(n, name, PROTO_TRUTH, PROTO_POINTER, NULL)
#define TIME(n, name)          FIELD(n, name, PROTO_TIME, PROTO_ONE, NULL)
#define ONE(n, name, of)       FIELD(n, name, PROTO_MESSAGE, PROTO_ONE, &(of))
#define POINTER(n, name, of)   FIELD(n, name, PROTO_MESSAGE, PROTO_POINTER, &(of))
#define EACH(n, name, of)      FIELD(n, name, PROTO_MESSAGE, PROTO_EACH, &(of))
#define SKIPPED(n)             FIELD(n, "", PROTO_SKIPPED, PROTO_ONE, NULL)

/* ------------------------------------------------------------------ meta/v1, runtime */

static const struct proto_field type_meta_fields[] = {
	TEXT(1, "apiVersion"), TEXT(2, "kind"), {0, NULL, 0, 0, NULL}};
const struct proto_message proto_type_meta = {"TypeMeta", type_meta_fields};

MESSAGE(owner, "OwnerReference", TEXT(1, "kind"), TEXT(3, "name"), TEXT(4, "uid"),
	TEXT(5, "apiVersion"), TRUTH_POINTER(6, "controller"),
	TRUTH_POINTER(7, "blockOwnerDeletion"));

/* managedFields, 17, are the server's. */
MESSAGE(meta, "ObjectMeta", TEXT(1, "name"), TEXT(2, "generateName"), TEXT(3, "namespace"),
	TEXT(4, "selfLink"), TEXT(5, "uid"), TEXT(6, "resourceVersion"), INT(7, "generation"),
	TIME(8, "creationTimestamp"), TIME(9, "deletionTimestamp"),
	INT_POINTER(10, "deletionGracePeriodSeconds"), TEXT_MAP(11, "labels"),
	TEXT_MAP(12, "annotations"), EACH(13, "ownerReferences", owner),
	TEXTS(14, "finalizers"), TEXT(15, "clusterName"), SKIPPED(17));

MESSAGE(requirement, "LabelSelectorRequirement", TEXT(1, "key"), TEXT(2, "operator"),
	TEXTS(3, "values"));
MESSAGE(selector, "LabelSelector", TEXT_MAP(1, "matchLabels"),
	EACH(2, "matchExpressions", requirement));

MESSAGE(preconditions, "Preconditions", TEXT_POINTER(1, "uid"),
	TEXT_POINTER(2, "resourceVersion"));
MESSAGE(delete_options, "DeleteOptions", INT_POINTER(1, "gracePeriodSeconds"),
	POINTER(2, "preconditions", preconditions), TRUTH_POINTER(3, "orphanDependents"),
	TEXT_POINTER(4, "propagationPolicy"), TEXTS(5, "dryRun"));

/* ------------------------------------------------------------------ core/v1 */

MESSAGE(namespace_condition, "NamespaceCondition", TEXT(1, "type"), TEXT(2, "status"),
	TIME(4, "lastTransitionTime"), TEXT(5, "reason"), TEXT(6, "message"));
MESSAGE(namespace_spec, "NamespaceSpec", TEXTS(1, "finalizers"));
MESSAGE(namespace_status, "NamespaceStatus", TEXT(1, "phase"),
	EACH(2, "conditions", namespace_condition));
MESSAGE(namespace, "Namespace", ONE(1, "metadata", meta), ONE(2, "spec", namespace_spec),
	ONE(3, "status", namespace_status));

MESSAGE(secret, "Secret", ONE(1, "metadata", meta), BYTES_MAP(2, "data"), TEXT(3, "type"),
	TEXT_MAP(4, "stringData"), TRUTH_POINTER(5, "immutable"));

MESSAGE(config_map, "ConfigMap", ONE(1, "metadata", meta), TEXT_MAP(2, "data"),
	BYTES_MAP(3, "binaryData"), TRUTH_POINTER(4, "immutable"));

MESSAGE(reference, "ObjectReference", TEXT(1, "kind"), TEXT(2, "namespace"), TEXT(3, "name"),
	TEXT(4, "uid"), TEXT(5, "apiVersion"), TEXT(6, "resourceVersion"),
	TEXT(7, "fieldPath"));
MESSAGE(local_reference, "LocalObjectReference", TEXT(1, "name"));
MESSAGE(service_account, "ServiceAccount", ONE(1, "metadata", meta),
	EACH(2, "secrets", reference), EACH(3, "imagePullSecrets", local_reference),
	TRUTH_POINTER(4, "automountServiceAccountToken"));

/* A service's status, and a deployment's, are written through a door of their own. */
MESSAGE(service_port, "ServicePort", TEXT(1, "name"), TEXT(2, "protocol"), INT(3, "port"),
	{4, "targetPort", PROTO_INT_OR_TEXT, PROTO_ONE, NULL}, INT(5, "nodePort"),
	TEXT_POINTER(6, "appProtocol"));
MESSAGE(service_spec, "ServiceSpec", EACH(1, "ports", service_port), TEXT_MAP(2, "selector"),
	TEXT(3, "clusterIP"), TEXT(4, "type"), TEXTS(5, "externalIPs"),
	TEXT(7, "sessionAffinity"), TEXT(8, "loadBalancerIP"),
	TEXTS(9, "loadBalancerSourceRanges"), TEXT(10, "externalName"),
	TEXT(11, "externalTrafficPolicy"), INT(12, "healthCheckNodePort"),
	TRUTH(13, "publishNotReadyAddresses"), TEXTS(16, "topologyKeys"),
	TEXT_POINTER(17, "ipFamilyPolicy"), TEXTS(18, "clusterIPs"), TEXTS(19, "ipFamilies"),
	TRUTH_POINTER(20, "allocateLoadBalancerNodePorts"));
MESSAGE(service, "Service", ONE(1, "metadata", meta), ONE(2, "spec", service_spec), SKIPPED(3));

/* Of a pod's what kubectl create deployment says. */
MESSAGE(container_port, "ContainerPort", TEXT(1, "name"), INT(2, "hostPort"),
	INT(3, "containerPort"), TEXT(4, "protocol"), TEXT(5, "hostIP"));
MESSAGE(container, "Container", TEXT(1, "name"), TEXT(2, "image"), TEXTS(3, "command"),
	TEXTS(4, "args"), TEXT(5, "workingDir"), EACH(6, "ports", container_port),
	TEXT(13, "terminationMessagePath"), TEXT(14, "imagePullPolicy"),
	TEXT(20, "terminationMessagePolicy"));
MESSAGE(pod_spec, "PodSpec", EACH(2, "containers", container), TEXT(3, "restartPolicy"),
	INT_POINTER(4, "terminationGracePeriodSeconds"),
	INT_POINTER(5, "activeDeadlineSeconds"), TEXT(6, "dnsPolicy"),
	TEXT(8, "serviceAccountName"), TEXT(10, "nodeName"), TEXT(19, "schedulerName"),
	TRUTH_POINTER(21, "automountServiceAccountToken"), INT_POINTER(25, "priority"),
	TRUTH_POINTER(27, "shareProcessNamespace"), TRUTH_POINTER(30, "enableServiceLinks"));
MESSAGE(pod_template, "PodTemplateSpec", ONE(1, "metadata", meta), ONE(2, "spec", pod_spec));

/* ------------------------------------------------------------------ apps/v1 */

MESSAGE(strategy, "DeploymentStrategy", TEXT(1, "type"));
MESSAGE(deployment_spec, "DeploymentSpec", INT_POINTER(1, "replicas"),
	POINTER(2, "selector", selector), ONE(3, "template", pod_template),
	ONE(4, "strategy", strategy), INT(5, "minReadySeconds"),
	INT_POINTER(6, "revisionHistoryLimit"), TRUTH(7, "paused"),
	INT_POINTER(9, "progressDeadlineSeconds"));
MESSAGE(deployment, "Deployment", ONE(1, "metadata", meta), ONE(2, "spec", deployment_spec),
	SKIPPED(3));

/* ------------------------------------------------------------------ authentication/v1 */

MESSAGE(bound_object, "BoundObjectReference", TEXT(1, "kind"), TEXT(2, "apiVersion"),
	TEXT(3, "name"), TEXT(4, "uid"));
MESSAGE(token_request_spec, "TokenRequestSpec", TEXTS(1, "audiences"),
	POINTER(3, "boundObjectRef", bound_object), INT_POINTER(4, "expirationSeconds"));
MESSAGE(token_request, "TokenRequest", ONE(1, "metadata", meta),
	ONE(2, "spec", token_request_spec), SKIPPED(3));

/* ------------------------------------------------------------------ all of them */

const struct proto_message *proto_type(const char *api_version, const char *kind)
{
	/* DeleteOptions are of every group: meta/v1 register.go. */
	static const struct {
		const char *api_version;
		const struct proto_message *type;
	} all[] = {
		{"v1", &namespace},
		{"v1", &secret},
		{"v1", &config_map},
		{"v1", &service_account},
		{"v1", &service},
		{"apps/v1", &deployment},
		{"authentication.k8s.io/v1", &token_request},
		{NULL, &delete_options},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!strcmp(all[i].type->name, kind) &&
			(!all[i].api_version || !strcmp(all[i].api_version, api_version)))
			return all[i].type;
	return NULL;
}

MESSAGE(pod, "Pod", ONE(1, "metadata", meta), ONE(2, "spec", pod_spec));
MESSAGE(object, "Object", ONE(1, "metadata", meta));

const struct proto_message *proto_shape(const char *api_version, const char *kind)
{
	const struct proto_message *whole = proto_type(api_version, kind);

	if (whole)
		return whole;
	return !strcmp(kind, pod.name) ? &pod : &object;
}
