/* SPDX-License-Identifier: Apache-2.0 */
/* What hollow nodes write: JSON as kubelets send it.  Names and versions are checked where they
 * come from (pods.c), so nothing here has to be escaped. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "hollow/hollow_priv.h"
#include "rest/when.h"

static const char *now_text(char *buf)
{
	return when_text(buf, (int64_t)time(NULL));
}

static const char *now_text_us(char *buf)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return when_text_us(buf, (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
}

/* ------------------------------------------------------------------ the node */

static void condition(
	struct str *out, const char *type, bool value, const char *reason, const char *message)
{
	char now[WHEN_BYTES];

	(void)now_text(now);
	str_addf(out,
		"%s{\"type\":\"%s\",\"status\":\"%s\",\"lastHeartbeatTime\":\"%s\","
		"\"lastTransitionTime\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\"}",
		!strcmp(type, "MemoryPressure") ? "" : ",", type, value ? "True" : "False", now,
		now, reason, message);
}

bool node_says_ready(const struct hollow *h)
{
	return h->swarm->zero >= 0 && !h->node.agent.unhealthy_told;
}

/* nodestatus/setters.go: MemoryPressure, DiskPressure, PIDPressure, Ready. */
static void conditions(const struct hollow *h, struct str *out)
{
	bool ready = node_says_ready(h);

	condition(out, "MemoryPressure", false, "KubeletHasSufficientMemory",
		"kubelet has sufficient memory available");
	condition(out, "DiskPressure", false, "KubeletHasNoDiskPressure",
		"kubelet has no disk pressure");
	condition(out, "PIDPressure", false, "KubeletHasSufficientPID",
		"kubelet has sufficient PID available");
	condition(out, "Ready", ready, ready ? "KubeletReady" : "KubeletNotReady",
		ready ? "kubelet is posting ready status" : "the agent has not started");
}

static void resources(const struct hollow *h, const char *name, struct str *out)
{
	uint32_t pods = h->swarm->plan.places > 110 ? h->swarm->plan.places : 110;

	str_addf(out,
		"\"%s\":{\"cpu\":\"32\",\"ephemeral-storage\":\"100Gi\",\"memory\":\"256Gi\","
		"\"pods\":\"%u\"}",
		name, pods);
}

/* "v1.20", "v1.20-slow": a version as far as it is one. */
static void version(const struct hollow *h, struct str *out)
{
	const char *name = h->swarm->scenario.kubelet.name;

	str_add_n(out, name, strspn(name, "v0123456789."));
	str_add(out, ".0");
}

static void node_status(const struct hollow *h, struct str *out)
{
	str_add(out, "\"status\":{");
	resources(h, "capacity", out);
	str_add_char(out, ',');
	resources(h, "allocatable", out);
	str_addf(out,
		",\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"10.%u.%u.%u\"},"
		"{\"type\":\"Hostname\",\"address\":\"%s\"}],\"conditions\":[",
		h->node.index >> 16 & 255, h->node.index >> 8 & 255, h->node.index & 255,
		h->name);
	conditions(h, out);
	str_add(out, "],\"daemonEndpoints\":{\"kubeletEndpoint\":{\"Port\":10250}},"
		     "\"nodeInfo\":{\"architecture\":\"amd64\",\"bootID\":\"hollow\","
		     "\"containerRuntimeVersion\":\"containerd://0.0.0-hollow\","
		     "\"kernelVersion\":\"hollow\",\"kubeProxyVersion\":\"");
	version(h, out);
	str_add(out, "\",\"kubeletVersion\":\"");
	version(h, out);
	str_addf(out,
		"\",\"machineID\":\"%s\",\"operatingSystem\":\"linux\",\"osImage\":\"hollow\","
		"\"systemUUID\":\"%s\"}}",
		h->name, h->name);
}

void body_node(const struct hollow *h, struct str *out)
{
	str_addf(out,
		"{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s\","
		"\"labels\":{\"beta.kubernetes.io/arch\":\"amd64\","
		"\"beta.kubernetes.io/os\":\"linux\",\"kubernetes.io/arch\":\"amd64\","
		"\"kubernetes.io/hostname\":\"%s\",\"kubernetes.io/os\":\"linux\","
		"\"nodetoll/hollow\":\"true\"},\"annotations\":{\"nodetoll/run\":\"%s\"}",
		h->name, h->name, h->swarm->mark);
	if (*h->version)
		str_addf(out, ",\"resourceVersion\":\"%s\"", h->version);
	str_add(out, "},\"spec\":{},");
	node_status(h, out);
	str_add_char(out, '}');
}

void body_node_status(const struct hollow *h, struct str *out)
{
	str_add(out, "{\"status\":{\"$setElementOrder/conditions\":[{\"type\":"
		     "\"MemoryPressure\"},{\"type\":\"DiskPressure\"},{\"type\":"
		     "\"PIDPressure\"},{\"type\":\"Ready\"}],\"conditions\":[");
	conditions(h, out);
	str_add(out, "]}}");
}

void body_lease(const struct hollow *h, struct str *out)
{
	char now[WHEN_BYTES];

	str_addf(out,
		"{\"apiVersion\":\"coordination.k8s.io/v1\",\"kind\":\"Lease\",\"metadata\":{"
		"\"name\":\"%s\",\"namespace\":\"kube-node-lease\"",
		h->name);
	if (*h->lease)
		str_addf(out, ",\"resourceVersion\":\"%s\"", h->lease);
	if (*h->uid)
		str_addf(out,
			",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\","
			"\"name\":\"%s\",\"uid\":\"%s\"}]",
			h->name, h->uid);
	str_addf(out,
		"},\"spec\":{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":40,"
		"\"renewTime\":\"%s\"}}",
		h->name, now_text_us(now));
}

/* ------------------------------------------------------------------ pods */

static void volumes(
	const struct hollow *h, uint32_t pod, struct str *volumes, struct str *mounts)
{
	const struct workload_model *w = &h->swarm->scenario.workload;

	for (uint32_t o = 0; o < w->n_objects; o++) {
		uint32_t ns, key = agent_object_key(
				     &h->swarm->plan.agent, o, pod, h->pod[pod].namespace);
		bool secret = !strcmp(w->objects[o].resource, "secrets");
		struct str name = {0};

		(void)object_name(h, o, key, &name, &ns);
		str_addf(volumes, "%s{\"name\":\"o%u\",\"%s\":{\"%s\":\"%s\"}}", o ? "," : "",
			o, secret ? "secret" : "configMap", secret ? "secretName" : "name",
			str_text(&name));
		str_addf(mounts, "%s{\"name\":\"o%u\",\"mountPath\":\"/o%u\"}", o ? "," : "", o,
			o);
		str_fini(&name);
	}
}

void body_pod(const struct hollow *h, uint32_t pod, const char *name, const char *namespace,
	struct str *out)
{
	const struct workload_model *w = &h->swarm->scenario.workload;
	bool batch = pod >= h->swarm->plan.batch_from;
	struct str vols = {0}, mounts = {0};

	volumes(h, pod, &vols, &mounts);
	str_addf(out,
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\","
		"\"namespace\":\"%s\",\"labels\":{\"nodetoll/hollow\":\"true\"}},\"spec\":{"
		"\"nodeName\":\"%s\",\"restartPolicy\":\"%s\","
		"\"terminationGracePeriodSeconds\":%lld,"
		"\"automountServiceAccountToken\":false,\"tolerations\":[{\"operator\":"
		"\"Exists\"}],\"volumes\":[%s],\"containers\":[",
		name, namespace, h->name, batch ? "Never" : "Always",
		(long long)(w->grace / NS_S), str_text(&vols));
	for (uint32_t c = 0; c < w->containers; c++)
		str_addf(out,
			"%s{\"name\":\"c%u\",\"image\":\"hollow:%u\",\"volumeMounts\":[%s]}",
			c ? "," : "", c, pod % (w->images ? w->images : 1), str_text(&mounts));
	str_add(out, "]}}");
	str_fini(&vols);
	str_fini(&mounts);
}

/* What the PLEG knew of the container when the status was first written. */
static record_t shown(const struct hollow *h, uint32_t pod, uint32_t c)
{
	uint32_t containers = h->node.agent.plan->containers;

	return h->shown[(size_t)pod * containers + (c < containers ? c : containers - 1)];
}

/* A status that is written again is the same to the last byte, whatever has been removed since:
 * the API server tells nobody of it. */
void pod_show(struct hollow *h, uint32_t pod, uint32_t status)
{
	const struct agent *a = &h->node.agent;
	struct hollow_pod *p = &h->pod[pod];
	size_t first = (size_t)pod * a->plan->containers;

	if (p->is_shown && p->shown == status)
		return;
	p->is_shown = true;
	p->shown = status;
	p->has_address = a->pleg.sandbox[pod] != RECORD_NONE;
	memcpy(&h->shown[first], &a->pleg.cached[first],
		a->plan->containers * sizeof(*h->shown));
}

/* So many starts it may have missed: those of a pod between two relists. */
enum { BEHIND = 64 };

/* How often the container was started for this pod.  Its record goes on counting where that of
 * the pod before ended, and the PLEG may not know yet how far that came. */
static uint32_t starts(const struct hollow *h, uint32_t pod, uint32_t c)
{
	uint32_t containers = h->node.agent.plan->containers,
		 own = c < containers ? c : containers - 1;
	uint32_t n = (record_instance(shown(h, pod, c)) -
			     h->before[(size_t)pod * containers + own]) &
		     (RECORD_INSTANCES - 1);

	return n < RECORD_INSTANCES - BEHIND ? n : 0;
}

static enum record_state state_of(
	const struct hollow *h, uint32_t pod, uint32_t c, uint32_t status)
{
	enum record_state state =
		starts(h, pod, c) ? record_state(shown(h, pod, c)) : RECORD_NONE;

	if (state == RECORD_NONE && status & STATUS_STARTED)
		return RECORD_EXITED; /* and removed since */
	return state;
}

static void container(
	const struct hollow *h, uint32_t pod, uint32_t c, uint32_t status, struct str *out)
{
	const struct hollow_pod *p = &h->pod[pod];
	record_t r = shown(h, pod, c);
	uint32_t started = starts(h, pod, c);
	const char *line = p->containers;
	char began[WHEN_BYTES];
	int name, image;

	for (uint32_t i = 0; i < c; i++)
		line = strchr(line, '\n') + 1;
	name = (int)strcspn(line, "\t");
	image = (int)strcspn(line + name + 1, "\n");
	(void)when_text(began, p->started_at);
	/* Which status it is: two that differ must not look alike. */
	str_addf(out, "%s{\"name\":\"%.*s\",\"image\":\"%.*s\",\"imageID\":\"hollow-%x\",",
		c ? "," : "", name, line, image, line + name + 1, status);
	str_addf(out, "\"restartCount\":%u,\"lastState\":{},", started - (started > 0));
	switch (state_of(h, pod, c, status)) {
	case RECORD_RUNNING:
		str_addf(out,
			"\"ready\":true,\"started\":true,\"containerID\":"
			"\"containerd://%s-%u-%u\",\"state\":{\"running\":{\"startedAt\":"
			"\"%s\"}}}",
			p->uid, c, record_instance(r), began);
		return;
	case RECORD_EXITED:
		str_addf(out,
			"\"ready\":false,\"started\":false,\"containerID\":"
			"\"containerd://%s-%u-%u\",\"state\":{\"terminated\":{\"exitCode\":0,"
			"\"reason\":\"Completed\",\"containerID\":\"containerd://%s-%u-%u\","
			"\"startedAt\":\"%s\",\"finishedAt\":\"%s\"}}}",
			p->uid, c, record_instance(r), p->uid, c, record_instance(r), began,
			began);
		return;
	case RECORD_NONE:
	case RECORD_CREATED:
		break;
	}
	str_add(out, "\"ready\":false,\"started\":false,\"state\":{\"waiting\":{\"reason\":"
		     "\"ContainerCreating\"}}}");
}

static void pod_condition(struct str *out, const char *type, bool value, const char *since)
{
	str_addf(out,
		"%s{\"type\":\"%s\",\"status\":\"%s\",\"lastProbeTime\":null,"
		"\"lastTransitionTime\":\"%s\"%s}",
		!strcmp(type, "Initialized") ? "" : ",", type, value ? "True" : "False", since,
		value ? ",\"reason\":null" : ",\"reason\":\"ContainersNotReady\"");
}

static uint32_t lines_of(const char *text)
{
	uint32_t n = 0;

	for (; text && *text; text++)
		n += *text == '\n';
	return n;
}

void body_status(const struct hollow *h, uint32_t pod, uint32_t status, struct str *out)
{
	const struct hollow_pod *p = &h->pod[pod];
	uint32_t containers = lines_of(p->containers);
	bool ready = true;
	char since[WHEN_BYTES];

	for (uint32_t c = 0; c < containers; c++)
		ready &= state_of(h, pod, c, status) == RECORD_RUNNING;
	(void)when_text(since, p->started_at);
	str_addf(out,
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\","
		"\"namespace\":\"%s\",\"uid\":\"%s\"},\"status\":{\"phase\":\"%s\","
		"\"hostIP\":\"10.%u.%u.%u\",\"startTime\":\"%s\",\"qosClass\":\"BestEffort\",",
		p->name, pod_namespace(h, pod), p->uid,
		status & STATUS_ENDED     ? "Succeeded"
		: status & STATUS_STARTED ? "Running"
					  : "Pending",
		h->node.index >> 16 & 255, h->node.index >> 8 & 255, h->node.index & 255,
		since);
	if (p->has_address)
		str_addf(out,
			"\"podIP\":\"10.128.%u.%u\",\"podIPs\":[{\"ip\":\"10.128.%u.%u\"}],",
			h->node.index & 255, pod & 255, h->node.index & 255, pod & 255);
	str_add(out, "\"conditions\":[");
	pod_condition(out, "Initialized", true, since);
	pod_condition(out, "Ready", ready, since);
	pod_condition(out, "ContainersReady", ready, since);
	pod_condition(out, "PodScheduled", true, since);
	str_add(out, "],\"containerStatuses\":[");
	for (uint32_t c = 0; c < containers; c++)
		container(h, pod, c, status, out);
	str_add(out, "]}}");
}

/* grace < 0: the pod's own. */
void body_delete(const char *uid, int64_t grace, struct str *out)
{
	str_add(out, "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\"");
	if (grace >= 0)
		str_addf(out, ",\"gracePeriodSeconds\":%lld", (long long)grace);
	if (uid && *uid)
		str_addf(out, ",\"preconditions\":{\"uid\":\"%s\"}", uid);
	str_add_char(out, '}');
}

void body_namespace(const struct swarm *s, const char *name, struct str *out)
{
	str_addf(out,
		"{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\","
		"\"labels\":{\"nodetoll/hollow\":\"true\"},"
		"\"annotations\":{\"nodetoll/run\":\"%s\"}}}",
		name, s->mark);
}

/* A kilobyte of nothing in secrets and configmaps: "aGVsbG93" is base64 of itself decoded. */
void body_object(const char *kind, const char *name, const char *namespace, struct str *out)
{
	bool secret = !strcmp(kind, "Secret"), map = !strcmp(kind, "ConfigMap");

	str_addf(out, "{\"apiVersion\":\"v1\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\"",
		kind, name);
	if (namespace)
		str_addf(out, ",\"namespace\":\"%s\"", namespace);
	str_add(out, ",\"labels\":{\"nodetoll/hollow\":\"true\"}}");
	if (secret || map) {
		str_add(out, ",\"data\":{\"content\":\"");
		for (unsigned i = 0; i < 128; i++)
			str_add(out, "aGVsbG93");
		str_add(out, "\"}");
	}
	str_add_char(out, '}');
}
