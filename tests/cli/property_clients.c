/* SPDX-License-Identifier: Apache-2.0 */
/* Every feature file: who makes a request changes how it is counted, and nothing else.  What is
 * counted by client adds up to what is counted by name alone, to the last byte; and an agent
 * that asks by a client of its own leaves what the kubelet asks for as it was. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcase.h"

#include "cli/result_slo.h"
#include "cli/result_storage.h"
#include "features_kit.h"
#include "fleet/fleet.h"
#include "models/feature.h"

struct world {
	struct arena mem;
	struct library lib;
	struct scenario s;
	struct fleet_result result;
};

/* False: the kubelet does not have what the feature replaces. */
static bool load(struct world *w, const char *feature, const char *processors)
{
	const char *texts[] = {"nodes=5", "duration=4m", "warmup=1m",
		"workload.replacePodEvery=15s", "workload.updateObjectEvery=10s", processors};
	const struct settings sets = {.text = texts, .n = sizeof(texts) / sizeof(texts[0])};

	arena_init(&w->mem, 0);
	w->lib = features_library(&w->mem);
	if (features_load(&w->lib, feature, &sets, &w->s))
		return true;
	arena_fini(&w->mem);
	return false;
}

static void simulate(struct world *w)
{
	struct fleet_params p;
	struct err err = {0};

	fleet_params_init(&p, &w->s, 1);
	p.series = true;
	p.times = true;
	if (fleet_run(&p, &w->result, &err))
		fail_msg("%s", err.text);
}

static struct world *begin(const char *feature, const char *processors)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	if (load(w, feature, processors))
		return w;
	free(w);
	return NULL;
}

static void end(struct world *w)
{
	fleet_result_fini(&w->result);
	arena_fini(&w->mem);
	free(w);
}

/* Classes as they would be if nobody were told apart. */
static void forget_clients(struct scenario *s)
{
	const uint16_t *alike = s->calls.alike;

	for (uint32_t l = 0; l < s->kubelet.n_loops; l++)
		for (uint32_t c = 0; c < s->kubelet.loops[l].n_calls; c++) {
			uint16_t *call = &s->kubelet.loops[l].calls[c].call;

			*call = alike[*call];
		}
	for (uint32_t i = 0; i < s->kubelet.n_watches; i++) {
		struct model_watch *watch = &s->kubelet.watches[i];

		watch->list = alike[watch->list];
		watch->watch = alike[watch->watch];
	}
}

/* ------------------------------------------------------------------ what is added up */

struct sums {
	uint64_t count[OUTCOME_N], bytes, quorum, timed[3], ns[3];
	struct fleet_requests requests;
	uint64_t second; /* each weighs by its number */
};

static void add_times(struct sums *s, unsigned i, const struct hist *h)
{
	s->timed[i] += h->n;
	s->ns[i] += (uint64_t)h->sum;
}

static void add_requests(struct fleet_requests *to, const struct fleet_requests *r)
{
	to->offered += r->offered;
	to->throttled += r->throttled;
	to->sent += r->sent;
	to->retried += r->retried;
	to->failed += r->failed;
	to->without_stream += r->without_stream;
	to->given_up += r->given_up;
	to->under_way_before += r->under_way_before;
	to->under_way += r->under_way;
}

static void add_class(struct sums *s, const struct fleet_result *r, uint32_t call)
{
	const struct tally *t = &r->tally;

	for (unsigned o = 0; o < OUTCOME_N; o++) {
		s->count[o] += t->window[0].in.count[call][o];
		add_times(s, 0, &t->times->took[call][o]);
		add_times(s, 1, &t->times->held[call - CALL_API][o]);
	}
	add_times(s, 2, &t->times->served[call - CALL_API]);
	s->bytes += t->window[0].in.bytes[call];
	s->quorum += t->window[0].in.quorum[call];
	add_requests(&s->requests, &r->requests[call]);
	for (uint32_t second = 0; second < t->seconds; second++)
		s->second += (uint64_t)tally_second(t, call, second) * (second + 1);
}

/* Of a request, whoever makes it. */
static struct sums sums_of(const struct world *w, uint32_t call)
{
	struct sums s;

	memset(&s, 0, sizeof(s));
	for (uint32_t c = call; c < w->s.calls.n; c++)
		if (w->s.calls.alike[c] == call)
			add_class(&s, &w->result, c);
	return s;
}

static void same_json(const char *feature, struct json *a, struct json *b)
{
	char *x = json_print(a), *y = json_print(b);

	if (strcmp(x, y) != 0)
		fail_msg("%s: %s, and by name alone %s", feature, x, y);
	free(x);
	free(y);
	json_free(a);
	json_free(b);
}

/* Requests that more than one client makes. */
static uint32_t same_sums(
	const char *feature, const struct world *apart, const struct world *together)
{
	const struct tally_counts *a = &apart->result.tally.window[0].in;
	const struct tally_counts *b = &together->result.tally.window[0].in;
	uint32_t shared = 0;

	for (uint32_t c = CALL_API; c < apart->s.calls.n; c++) {
		struct sums x = sums_of(apart, c), y = sums_of(together, c), own;

		memset(&own, 0, sizeof(own));
		add_class(&own, &apart->result, c);
		if (memcmp(&x, &y, sizeof(x)) != 0)
			fail_msg("%s: %s %s is not the sum of its clients", feature,
				apart->s.calls.name[c].verb, apart->s.calls.name[c].resource);
		shared += x.requests.offered != own.requests.offered &&
			  apart->s.calls.alike[c] == c;
	}
	assert_int_equal(a->marked_pods, b->marked_pods);
	assert_int_equal(a->records, b->records);
	assert_memory_equal(a->worked, b->worked, sizeof(a->worked));
	same_json(feature, result_storage(&apart->s, &apart->result),
		result_storage(&together->s, &together->result));
	same_json(feature, result_slo(&apart->s, &apart->result),
		result_slo(&together->s, &together->result));
	return shared;
}

static uint32_t of_feature(const char *feature, const char *processors)
{
	struct world *apart = begin(feature, processors);
	struct world *together = begin(feature, processors);
	uint32_t shared;

	if (!apart || !together)
		return 0;
	forget_clients(&together->s);
	simulate(apart);
	simulate(together);
	shared = same_sums(feature, apart, together);
	end(apart);
	end(together);
	return shared;
}

/* ------------------------------------------------------------------ the shipped ones */

static void clients_add_up(const char *processors)
{
	struct arena mem;
	struct library lib = features_library(&mem);
	uint32_t n = 0, shared = 0;
	const char **names;

	arena_init(&mem, 0);
	names = features_all(&lib, &n);
	for (uint32_t i = 0; i < n; i++)
		shared += of_feature(names[i], processors);
	assert_true(shared >= 8);
	arena_fini(&mem);
}

static void clients_add_up_where_servers_answer_at_leisure(void **state)
{
	(void)state;
	clients_add_up("apiserver.processors=0");
}

static void clients_add_up_where_nodes_share_servers(void **state)
{
	(void)state;
	clients_add_up("apiserver.processors=1");
}

/* It asks for nothing by the kubelet's clients or of the runtime, and changes nothing. */
static bool stands_beside(const struct library *lib, const char *name)
{
	struct feature_model *f = ARENA_NEW(lib->mem, struct feature_model);
	struct model resolved = {0};
	struct err err = {0};

	if (feature_load(lib, name, f, &resolved, NULL, &err))
		fail_msg("%s", err.text);
	if (f->n_replaces || doc_get(resolved.spec, "set") || !f->limiter.burst)
		return false;
	for (uint32_t l = 0; l < f->n_loops; l++)
		for (uint32_t c = 0; c < f->loops[l].n_calls; c++)
			if (f->loops[l].calls[c].client != CLIENT_OWN)
				return false;
	return true;
}

static void same_kubelet(
	const char *feature, const struct world *with, const struct world *without)
{
	for (uint32_t c = CALL_API; c < without->s.calls.n; c++) {
		const struct call_name *name = &without->s.calls.name[c];
		const struct calls *calls = &with->s.calls;
		uint32_t is = CALL_API;
		struct sums x, y;

		if (without->s.calls.client[c] == CALL_NOBODYS)
			continue;
		while (is < calls->n &&
			(strcmp(calls->name[is].verb, name->verb) != 0 ||
				strcmp(calls->name[is].resource, name->resource) != 0 ||
				calls->client[is] != without->s.calls.client[c]))
			is++;
		assert_true(is < calls->n);
		memset(&x, 0, sizeof(x));
		memset(&y, 0, sizeof(y));
		add_class(&x, &with->result, is);
		add_class(&y, &without->result, c);
		if (memcmp(&x, &y, sizeof(x)) != 0)
			fail_msg("%s: the kubelet's %s %s is not what it is without", feature,
				name->verb, name->resource);
	}
}

static void an_agent_beside_it_leaves_the_kubelets_requests_alone(void **state)
{
	struct world *without = begin(NULL, "apiserver.processors=0");
	const char **names;
	uint32_t n = 0, beside = 0;

	(void)state;
	assert_non_null(without);
	names = features_all(&without->lib, &n);
	simulate(without);
	for (uint32_t i = 0; i < n; i++) {
		struct world *with;

		if (!stands_beside(&without->lib, names[i]))
			continue;
		with = begin(names[i], "apiserver.processors=0");
		assert_non_null(with);
		simulate(with);
		same_kubelet(names[i], with, without);
		end(with);
		beside++;
	}
	assert_true(beside >= 8);
	end(without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_add_up_where_servers_answer_at_leisure),
		cmocka_unit_test(clients_add_up_where_nodes_share_servers),
		cmocka_unit_test(an_agent_beside_it_leaves_the_kubelets_requests_alone),
	};

	return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
