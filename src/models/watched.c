/* SPDX-License-Identifier: Apache-2.0 */
#include "models/watched.h"

#include <string.h>

#include "models/workload.h"

static uint32_t cluster_nodes(const struct scenario *s)
{
	return s->cluster_nodes ? s->cluster_nodes : s->nodes;
}

static const char *resource_of(const struct scenario *s, const struct model_watch *w)
{
	return s->calls.name[w->watch].resource;
}

static uint64_t referred_to(const struct scenario *s, const char *resource)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < s->workload.n_objects; i++)
		if (!strcmp(s->workload.objects[i].resource, resource))
			n += workload_objects(s, s->workload.objects[i].shared_by);
	return n;
}

uint64_t watched_in_cluster(const struct scenario *s, const char *resource)
{
	uint64_t nodes = cluster_nodes(s);

	if (!strcmp(resource, "pods"))
		return nodes * workload_pods(&s->workload);
	if (!strcmp(resource, "nodes") || !strcmp(resource, "leases"))
		return nodes;
	return referred_to(s, resource);
}

uint64_t watched_objects(const struct scenario *s, const struct model_watch *w)
{
	uint64_t all = watched_in_cluster(s, resource_of(s, w));

	return watched_by_its_node(w) ? all / cluster_nodes(s) : all;
}

uint32_t watched_stored_bytes(const struct apiserver_model *m, uint32_t i)
{
	return m->encoding == ENCODING_PROTOBUF ? m->storage.object[i].protobuf
						: m->storage.object[i].json;
}

/* RFC 4648: four characters for every three bytes begun. */
uint64_t storage_bytes(const struct apiserver_model *m, uint32_t i)
{
	switch (m->storage.format) {
	case STORAGE_JSON:
		return m->storage.object[i].json;
	case STORAGE_BASE64:
		return ((uint64_t)m->storage.object[i].protobuf + 2) / 3 * 4;
	case STORAGE_PROTOBUF:
	case STORAGE_FORMATS:
		break;
	}
	return m->storage.object[i].protobuf;
}

uint64_t storage_written(const struct scenario *s, uint16_t call)
{
	const struct apiserver_model *m = &s->apiserver;

	for (uint32_t i = 0; i < m->storage.n_objects; i++)
		if (call_writes(&s->calls.name[call], m->storage.object[i].resource))
			return storage_bytes(m, i);
	return 0;
}

uint32_t watched_bytes(const struct scenario *s, const struct model_watch *w)
{
	const struct apiserver_model *m = &s->apiserver;

	if (w->bytes)
		return w->bytes;
	for (uint32_t i = 0; i < m->storage.n_objects; i++)
		if (!strcmp(m->storage.object[i].resource, resource_of(s, w)))
			return watched_stored_bytes(m, i);
	return 0;
}

bool watched_by_its_node(const struct model_watch *w)
{
	return w->scope == WATCH_NODE;
}

double watched_hear(const struct scenario *s, const struct model_watch *w)
{
	return watched_by_its_node(w) ? 1 : s->nodes;
}

/* What kubelets watch that pods mount, they list one by its name, or those of a node. */
static bool lists_mounted(const struct scenario *s, uint16_t list)
{
	if (s->kubelet.objects.design < OBJECT_WATCH)
		return false;
	return (list == API_LIST_SECRETS || list == API_LIST_CONFIGMAPS) &&
	       referred_to(s, s->calls.name[list].resource) > 0;
}

const struct model_watch *watched_all_by(const struct scenario *s, uint16_t list)
{
	const struct model_watch *found = NULL;

	if (lists_mounted(s, list))
		return NULL;
	for (uint32_t i = 0; i < s->kubelet.n_watches; i++) {
		const struct model_watch *w = &s->kubelet.watches[i];

		if (w->list != list)
			continue;
		if (w->scope != WATCH_CLUSTER)
			return NULL;
		found = w;
	}
	return found;
}
