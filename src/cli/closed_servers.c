/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/closed_servers.h"

#include "models/workload.h"

void closed_servers_init(struct closed_servers *c, const struct scenario *s)
{
	server_costs_init(&c->costs, s);
	c->processors = (double)s->apiserver.processors * s->apiserver.servers;
}

static double seconds(const struct closed_servers *c, uint16_t call, bool quorum)
{
	struct server_demand d = server_demand(
		&c->costs, call, quorum, workload_pods(&c->costs.scenario->workload));

	return (double)d.cpu / 1e9;
}

/* Every watcher, the kubelet among them, and the watch caches of the other servers.  A loop's
 * DELETE of a pod says that it is to go, which is one change. */
static double telling(const struct scenario *s, uint16_t call, bool of_loop)
{
	struct server_telling t = server_telling(s, call);
	double told =
		(double)(t.all.cpu + t.own.cpu) + (s->apiserver.servers - 1.0) * (double)t.cpu;
	bool marks = of_loop && call_deletes_pods(&s->calls, call);

	return (marks ? 1 : t.events) * told / 1e9;
}

static double takes(const struct closed_servers *c, uint16_t call, double by_etcd, bool of_loop)
{
	return by_etcd * seconds(c, call, true) + (1 - by_etcd) * seconds(c, call, false) +
	       telling(c->costs.scenario, call, of_loop);
}

static double every(ns_t period)
{
	return period > 0 ? 1e9 / (double)period : 0;
}

double closed_servers_takes(const struct closed_servers *c, uint16_t call)
{
	return takes(c, call, 0, false);
}

/* Of pods that come and go all the time, and objects that change. */
double closed_servers_others(const struct closed_servers *c)
{
	const struct scenario *s = c->costs.scenario;
	const struct owner_calls *o = &s->owners;
	double pods =
		every(s->workload.replace_pod_every) + every(s->workload.batch.arrival_every);
	double busy = 0;

	if (o->create < CALLS_MAX)
		busy = pods * s->nodes *
		       (takes(c, o->create, 1, true) + takes(c, o->bind, 1, true) +
			       takes(c, o->remove, 1, true));
	for (uint32_t i = 0; i < s->workload.n_objects; i++)
		if (o->change[i] < CALLS_MAX)
			busy += (double)workload_objects(s, s->workload.objects[i].shared_by) *
				every(s->workload.objects[i].update_every) *
				takes(c, o->change[i], 1, true);
	return busy / c->processors;
}

double closed_servers_busy(
	const struct closed_servers *c, const struct toll *toll, uint16_t call)
{
	double busy = 0;

	for (uint32_t i = 0; i < toll->n; i++) {
		const struct toll_row *row = &toll->row[i];

		if (!row->runtime && row->call == call)
			busy += row->rate *
				takes(c, call, row->by_etcd, row->kind == TOLL_LOOP);
	}
	return busy * c->costs.scenario->nodes / c->processors;
}
