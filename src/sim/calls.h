/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabulary of calls: every runtime operation and API request that is counted.
 *
 * A call class is an index.  The first 2 * OP_N are runtime operations: those that the
 * kubelet's own metric kubelet_runtime_operations_total sees (call = operation) and those
 * that only the runtime sees (call = CALL_HIDDEN + operation), such as the log manager's
 * ContainerStatus sweep.  Behind them stand API requests: those that mechanisms make, fixed
 * here, and those that a model's loops declare, interned when the model is read.  Names are
 * Kubernetes' own: operation_type, the CRI method, audit verb and resource[/subresource].
 *
 * A request that two clients make is two classes of one name, so that whatever is counted is
 * counted for each: an agent beside the kubelet that gets pods is not the kubelet, which does.
 */
#ifndef SIM_CALLS_H
#define SIM_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* operation: enum, operation_type of the metric, CRI method ("" where CRI has none) */
#define OPERATIONS(X)                                                                          \
	X(VERSION, "version", "Version")                                                       \
	X(STATUS, "status", "Status")                                                          \
	X(LIST_PODSANDBOX, "list_podsandbox", "ListPodSandbox")                                \
	X(PODSANDBOX_STATUS, "podsandbox_status", "PodSandboxStatus")                          \
	X(LIST_CONTAINERS, "list_containers", "ListContainers")                                \
	X(CONTAINER_STATUS, "container_status", "ContainerStatus")                             \
	X(LIST_CONTAINER_STATS, "list_container_stats", "ListContainerStats")                  \
	X(LIST_IMAGES, "list_images", "ListImages")                                            \
	X(IMAGE_STATUS, "image_status", "ImageStatus")                                         \
	X(IMAGE_FS_INFO, "image_fs_info", "ImageFsInfo")                                       \
	X(PULL_IMAGE, "pull_image", "PullImage")                                               \
	X(REMOVE_IMAGE, "remove_image", "RemoveImage")                                         \
	X(RUN_PODSANDBOX, "run_podsandbox", "RunPodSandbox")                                   \
	X(STOP_PODSANDBOX, "stop_podsandbox", "StopPodSandbox")                                \
	X(REMOVE_PODSANDBOX, "remove_podsandbox", "RemovePodSandbox")                          \
	X(CREATE_CONTAINER, "create_container", "CreateContainer")                             \
	X(START_CONTAINER, "start_container", "StartContainer")                                \
	X(STOP_CONTAINER, "stop_container", "StopContainer")                                   \
	X(REMOVE_CONTAINER, "remove_container", "RemoveContainer")                             \
	X(EXEC_SYNC, "exec_sync", "ExecSync")                                                  \
	X(UPDATE_CONTAINER_RESOURCES, "update_container", "UpdateContainerResources")          \
	X(GET_CONTAINER_EVENTS, "get_container_events", "GetContainerEvents")                  \
	X(INSPECT_CONTAINER, "inspect_container", "")                                          \
	X(INSPECT_IMAGE, "inspect_image", "")                                                  \
	X(REFRESH_CONTAINERS, "list_containers(cache)", "")

enum operation {
#define X(e, name, cri) OP_##e,
	OPERATIONS(X)
#undef X
		OP_N
};

/* API request made by a mechanism: enum, verb, resource[/subresource] */
#define API_CALLS(X)                                                                           \
	X(GET_PODS, "get", "pods")                                                             \
	X(PATCH_PODS_STATUS, "patch", "pods/status")                                           \
	X(UPDATE_PODS_STATUS, "update", "pods/status")                                         \
	X(DELETE_PODS, "delete", "pods")                                                       \
	X(GET_SECRETS, "get", "secrets")                                                       \
	X(LIST_SECRETS, "list", "secrets")                                                     \
	X(WATCH_SECRETS, "watch", "secrets")                                                   \
	X(GET_CONFIGMAPS, "get", "configmaps")                                                 \
	X(LIST_CONFIGMAPS, "list", "configmaps")                                               \
	X(WATCH_CONFIGMAPS, "watch", "configmaps")                                             \
	X(CREATE_TOKENS, "create", "serviceaccounts/token")                                    \
	X(CREATE_EVENTS, "create", "events")                                                   \
	X(PATCH_EVENTS, "patch", "events")

#define CALL_HIDDEN ((uint16_t)OP_N)
#define CALL_API    ((uint16_t)(2 * OP_N))

enum api_call {
	API_BEFORE_FIRST = 2 * OP_N - 1,
#define X(e, verb, resource) API_##e,
	API_CALLS(X)
#undef X
		API_FIXED_END
};

/* Fixed calls and those of one scenario's loops, watches and features. */
#define CALLS_MAX 128

/* What came of a request.  The API's status code, in classes that are counted apart. */
enum outcome {
	OUTCOME_OK,
	OUTCOME_NOT_FOUND,
	OUTCOME_GONE,
	OUTCOME_REJECTED,
	OUTCOME_ERROR,
	OUTCOME_DEADLINE, /* who asked waited no longer; counted so, to its caller an error */
	/* No answer came to a request: its client gave up, or its connection was cut off.
	 * Counted so, to its caller an error. */
	OUTCOME_LOST,
	OUTCOME_N,
	/* Told to a reflector whose WATCH found no server, and never counted: as LOST. */
	OUTCOME_REFUSED = OUTCOME_N
};

struct call_name {
	char verb[20];     /* "" for a runtime operation */
	char resource[48]; /* resource[/subresource], or the operation_type */
};

/* Of a class that nobody makes yet: its name alone is known. */
#define CALL_NOBODYS UINT8_MAX

/* All call classes of a run.  Filled by calls_init, extended by calls_intern and calls_made_by;
 * read by anyone.  Who makes a request is a number of the caller's (models.h: enum client). */
struct calls {
	uint32_t n;
	struct call_name name[CALLS_MAX];
	uint16_t alike[CALLS_MAX]; /* the first class of the same name: by it what hangs on the
				    * request alone, and not on who makes it, is looked up */
	uint8_t client[CALLS_MAX]; /* of requests: who makes it, or CALL_NOBODYS */
};

/* Whether a call starts or ends a container or a sandbox, which takes processors. */
bool call_starts_or_ends(uint16_t call);

/* Make c hold the fixed classes, which are nobody's. */
void calls_init(struct calls *c);

/* The first class of that name, added if new: then it is nobody's.  CALLS_MAX is returned when
 * the table is full. */
uint16_t calls_intern(struct calls *c, const char *verb, const char *resource);

/* The class of the same request, made by that client: one that is nobody's becomes its.
 * CALLS_MAX is returned when the table is full. */
uint16_t calls_made_by(struct calls *c, uint16_t call, uint8_t client);

/* Whether a request changes what is stored: maxinflight.go nonMutatingRequestVerbs. */
bool call_mutates(const struct call_name *name);

/* Whether it changes an object of that resource: "pods" of "pods", "pods/status" and
 * "pods/binding", by its older name "bindings"; other subresources store nothing. */
bool call_writes(const struct call_name *name, const char *resource);

/* The operation with that operation_type, or OP_N. */
enum operation operation_by_name(const char *operation_type);

/* operation_type and CRI method of an operation.  Static strings. */
const char *operation_name(enum operation op);
const char *operation_cri_method(enum operation op);

/* Whether it is the DELETE of a pod, whoever makes it. */
static inline bool call_deletes_pods(const struct calls *c, uint16_t call)
{
	return c->alike[call] == API_DELETE_PODS;
}

/* True for a runtime operation, whether the kubelet's metric sees it or not. */
static inline bool call_is_runtime(uint16_t call)
{
	return call < CALL_API;
}

#endif
