/* SPDX-License-Identifier: Apache-2.0 */
/* How often a standing watch is told of a change: as often as somebody writes what it watches,
 * which are other rows, and those who are no node. */
#include <string.h>

#include "estimate/toll_priv.h"
#include "estimate/toll_words.h"
#include "models/watched.h"
#include "models/workload.h"

/* Changes a second, for each node of the cluster. */
struct changes {
	double all;
	double own;      /* of what concerns a node, which who watches that alone is told of */
	bool known;      /* somebody is known to write such objects */
	const char *why; /* that is not all; NULL: it is */
};

/* What kubelets write whatever they do; a cluster in which none of it happens has no such
 * changes. */
static bool is_of_kubelets(const char *resource)
{
	return !strcmp(resource, "pods") || !strcmp(resource, "nodes") ||
	       !strcmp(resource, "leases") || !strcmp(resource, "events");
}

/* A pod that is created is no node's yet. */
static bool is_unbound(const struct call_name *name)
{
	return !strcmp(name->verb, "create") && !strcmp(name->resource, "pods");
}

/* A kubelet's final DELETE of a pod is two writes: its grace period becomes 0, then it goes
 * (apiserver registry/generic/registry/store.go Delete). */
static double events_of(const struct scenario *s, const struct toll_row *row)
{
	return row->kind == TOLL_MECHANISM && call_deletes_pods(&s->calls, row->call) ? 2 : 1;
}

static void of_row(const struct scenario *s, const struct toll_row *row, struct changes *c)
{
	double rate = row->rate * events_of(s, row);

	c->known = true;
	c->why = c->why ? c->why : row->fails;
	c->all += rate;
	c->own += is_unbound(&s->calls.name[row->call]) ? 0 : rate;
}

/* Whoever owns a pod creates it and says that it is to go, the scheduler binds it. */
static void of_owners(const struct scenario *s, const char *resource, struct changes *c)
{
	double pods = toll_a_second(s->workload.replace_pod_every) +
		      toll_a_second(s->workload.batch.arrival_every);

	if (strcmp(resource, "pods") != 0 || s->owners.create == CALLS_MAX)
		return;
	c->all += 3 * pods;
	c->own += 2 * pods;
}

static void of_objects(const struct scenario *s, const char *resource, struct changes *c)
{
	for (uint32_t i = 0; i < s->workload.n_objects; i++) {
		const struct workload_object *o = &s->workload.objects[i];

		if (strcmp(o->resource, resource) != 0 || o->update_every <= 0)
			continue;
		c->known = true;
		c->all += (double)workload_objects(s, o->shared_by) *
			  toll_a_second(o->update_every) / s->nodes;
	}
}

static struct changes changes_of(const struct toll_making *m, const char *resource)
{
	struct changes c = {.known = is_of_kubelets(resource)};

	for (uint32_t i = 0; i < m->out->n; i++) {
		const struct toll_row *row = &m->out->row[i];

		if (!row->runtime && row->call < CALLS_MAX &&
			call_writes(&m->s->calls.name[row->call], resource))
			of_row(m->s, row, &c);
	}
	of_owners(m->s, resource, &c);
	of_objects(m->s, resource, &c);
	return c;
}

static void told(const struct toll_making *m, struct toll_row *row)
{
	const struct model_watch *w = row->watch;
	struct changes c = changes_of(m, m->s->calls.name[row->call].resource);

	if (w->change_every) {
		row->told = toll_a_second(w->change_every);
		return;
	}
	row->told = watched_by_its_node(w) ? c.own : c.all * m->s->nodes;
	row->untold = c.known ? c.why : "nothing that is modelled changes them";
}

void toll_told(struct toll_making *m)
{
	for (uint32_t i = 0; i < m->out->n; i++) {
		struct toll_row *row = &m->out->row[i];

		if (row->kind != TOLL_WATCH)
			continue;
		row->hear = watched_hear(m->s, row->watch);
		row->listed = (double)watched_objects(m->s, row->watch);
		told(m, row);
		toll_watch_words(row->watch, row);
	}
}
