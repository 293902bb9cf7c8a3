/* SPDX-License-Identifier: Apache-2.0 */

/* What an API server tells a node of its pods: each line is an event of a watch, or, after a
 * '=', a LIST.  Any bytes are taken or left, and the node goes on: its agent is stepped
 * between, and what it knows of pods stays within its places. */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hollow/hollow_priv.h"
#include "models/library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BETWEEN (50 * NS_MS)

struct world {
	struct arena mem;
	struct scenario scenario;
	struct hollow_params params;
	struct fleet_result result;
	struct swarm swarm;
	struct hollow hollow;
};

static void load(struct world *w)
{
	const struct scenario_names names = {
		"fuzz", "v1.20", "containerd-1.6.20", "v1.20", "secrets-30", false};
	const char *const sets[] = {"nodes=1", "workload.pods=4", "duration=10s", "warmup=0s"};
	const struct settings settings = {.text = sets, .n = 4};
	const char *dir = getenv("NODETOLL_MODELS");
	struct library lib = {.dir = dir ? dir : "models", .mem = &w->mem};
	struct model resolved = {0};
	struct err err = {0};

	if (scenario_compose(&lib, &names, &settings, &w->scenario, &resolved, &err))
		abort();
}

static void begin(struct world *w)
{
	struct swarm *s = &w->swarm;
	struct hollow *h = &w->hollow;

	arena_init(&w->mem, 0);
	load(w);
	w->params = (struct hollow_params){.scenario = &w->scenario, .name = "fuzz"};
	s->params = &w->params;
	s->result = &w->result;
	s->mem = w->mem; /* it is given back with the world's */
	hollow_script(&w->scenario, &s->scenario, &s->run);
	node_plan_init(&s->plan, &s->run, &s->mem);
	s->plan.together = true;
	s->plan.world = &users_world;
	fleet_result_init(&w->result, &s->run);
	h->swarm = s;
	node_begin(&h->node, &s->plan, 0, &w->result, &s->mem);
	h->node.script.next_at = NS_NEVER; /* all pods are others' */
	h->pod = ARENA_ARRAY(&s->mem, struct hollow_pod, s->plan.places);
	h->before = ARENA_ARRAY(
		&s->mem, uint16_t, s->plan.places * s->scenario.workload.containers);
	h->shown = ARENA_ARRAY(
		&s->mem, record_t, s->plan.places * s->scenario.workload.containers);
}

/* Requests are forgotten: nobody answers. */
static void go_on(struct hollow *h, ns_t until)
{
	for (;;) {
		ns_t at = node_next_at(&h->node);

		h->node.sending = false;
		if (at > until)
			return;
		node_step(&h->node, at);
	}
}

static void check(const struct world *w)
{
	uint32_t there = 0;

	for (uint32_t i = 0; i < w->swarm.plan.places; i++) {
		there += w->hollow.pod[i].there;
		assert(!w->hollow.pod[i].there || w->hollow.pod[i].name);
	}
	assert(w->swarm.view.pods_there == there);
}

static void take(struct world *w, ns_t now, const char *line)
{
	struct skim event;

	if (*line == '=') {
		pods_listed(&w->hollow, now, line + 1, strlen(line + 1));
	} else if (skim_all(line, strlen(line), &event)) {
		pods_told(&w->hollow, now, event);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = calloc(1, sizeof(*w));
	char *text = malloc(size + 1), *line, *rest = text;
	ns_t now = 0;

	if (!w || !text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	begin(w);
	while ((line = strsep(&rest, "\n")) != NULL) {
		take(w, now, line);
		check(w);
		/* A '!' is a burst: the agent has no turn before the next line. */
		if (rest && *rest == '!')
			rest++;
		else
			now += BETWEEN;
		go_on(&w->hollow, now);
	}
	pods_fini(&w->hollow);
	fleet_result_fini(&w->result);
	arena_fini(&w->swarm.mem);
	free(text);
	free(w);
	return 0;
}
