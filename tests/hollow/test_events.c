/* SPDX-License-Identifier: Apache-2.0 */
/* Events on the wire: their names. */
#include "hollow/hollow_priv.h"

#include <stdlib.h>

#include "tcase.h"

/* A pod of one container in the only place. */
struct world {
	struct swarm swarm;
	struct agent_plan plan;
	struct hollow hollow;
	struct hollow_pod pod;
	record_t cached;
	struct address told;
};

static void place(struct world *w, const char *name, const char *uid)
{
	w->pod = (struct hollow_pod){
		.name = text_copy(name), .containers = text_copy("c0\timage\n")};
	(void)snprintf(w->pod.uid, sizeof(w->pod.uid), "%s", uid);
}

static struct world *begin(const char *uid, record_t cached)
{
	static char namespace[] = "ns";
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	calls_init(&w->swarm.scenario.calls);
	w->swarm.began = 0x10000000;
	w->swarm.namespace[0] = namespace;
	w->swarm.plan.places = 1;
	w->plan.containers = 1;
	place(w, "web-0", uid);
	w->cached = cached;
	w->hollow.swarm = &w->swarm;
	w->hollow.node.agent.plan = &w->plan;
	w->hollow.node.agent.pleg.cached = &w->cached;
	w->hollow.pod = &w->pod;
	(void)snprintf(w->hollow.name, sizeof(w->hollow.name), "n-0");
	return w;
}

static void end(struct world *w)
{
	w->hollow.node.agent.events.n = 0;
	w->hollow.node.agent.event_sending = false;
	pod_forget(&w->hollow, 0);
	events_fini(&w->hollow);
	str_fini(&w->told.path);
	str_fini(&w->told.body);
	free(w);
}

/* The request that tells of it. */
static const struct address *tell(
	struct world *w, uint16_t call, uint32_t pod, struct event_item e)
{
	const struct node_request q = {.call = call, .pod = pod, .key = event_key(e)};

	str_reset(&w->told.path);
	str_reset(&w->told.body);
	event_address(&w->hollow, &q, &w->told);
	return &w->told;
}

/* Of the event that is created, into a caller's buffer. */
static void name_of(struct world *w, uint32_t pod, struct event_item e, char name[128])
{
	const struct address *a = tell(w, API_CREATE_EVENTS, pod, e);
	const char *at = strstr(str_text(&a->body), "\"metadata\":{\"name\":\"");

	assert_non_null(at);
	at += strlen("\"metadata\":{\"name\":\"");
	(void)snprintf(name, 128, "%.*s", (int)strcspn(at, "\""), at);
}

/* A StatefulSet makes one after the other. */
static void pods_of_one_name_have_events_of_their_own(void **state)
{
	const struct event_item started = {.kind = EVENT_START, .nth = 2};
	struct world *first = begin("11111111-1111", record_make(RECORD_RUNNING, 0, 1));
	struct world *second = begin("22222222-2222", record_make(RECORD_RUNNING, 0, 1));
	char one[128], other[128], again[128];

	(void)state;
	name_of(first, 0, started, one);
	name_of(first, 0, started, again);
	name_of(second, 0, started, other);
	assert_string_equal(one, again);
	assert_string_not_equal(one, other);
	assert_memory_equal(one, "web-0.10000000", 14);
	end(first);
	end(second);
}

static void what_is_told_of_a_pod_and_of_its_node_differs(void **state)
{
	struct world *w = begin("1", record_make(RECORD_RUNNING, 0, 1));
	const struct event_item killed = {.kind = EVENT_KILL};
	char one[128], other[128];

	(void)state;
	name_of(w, 0, (struct event_item){.kind = EVENT_START, .nth = 1}, one);
	name_of(w, 0, (struct event_item){.kind = EVENT_START, .nth = 2}, other);
	assert_string_not_equal(one, other);
	name_of(w, 0, killed, one);
	w->cached = record_make(RECORD_RUNNING, 0, 2);
	name_of(w, 0, killed, other);
	assert_string_not_equal(one, other);
	name_of(w, REQUEST_NO_POD, (struct event_item){.kind = EVENT_KUBELET_STARTS}, one);
	assert_memory_equal(one, "n-0.", 4);
	end(w);
}

static void what_is_told_again_is_found_by_its_name(void **state)
{
	struct world *w = begin("1", record_make(RECORD_RUNNING, 0, 1));
	const struct event_item waits = {.kind = EVENT_BACK_OFF};
	const struct address *a;
	char name[128], path[256];

	(void)state;
	name_of(w, 0, waits, name);
	(void)snprintf(path, sizeof(path), "/api/v1/namespaces/ns/events/%s", name);
	a = tell(w, API_PATCH_EVENTS, 0, waits);
	assert_string_equal(str_text(&a->path), path);
	assert_memory_equal(str_text(&a->body), "{\"count\":2,", 11);
	a = tell(w, API_PATCH_EVENTS, 0, waits);
	assert_memory_equal(str_text(&a->body), "{\"count\":3,", 11);
	end(w);
}

/* The limiter holds it until another pod is there. */
static void an_event_is_about_the_pod_that_it_was_raised_for(void **state)
{
	struct world *w = begin("1", record_make(RECORD_RUNNING, 0, 1));
	const struct event_item started = {.kind = EVENT_START, .nth = 2};
	struct agent *a = &w->hollow.node.agent;
	char name[128];

	(void)state;
	a->queued_events = 3; /* of them one is on its way */
	a->events.n = 2;
	a->event_sending = true;
	pod_forget(&w->hollow, 0);
	place(w, "other", "2");
	name_of(w, 0, started, name);
	assert_memory_equal(name, "web-0.", 6);
	a->queued_events = 5; /* of the other */
	a->events.n = 2;
	pod_forget(&w->hollow, 0);
	place(w, "third", "3");
	name_of(w, 0, started, name);
	assert_memory_equal(name, "web-0.", 6);
	a->events.n = 1;
	name_of(w, 0, started, name);
	assert_memory_equal(name, "other.", 6);
	a->queued_events = 6;
	a->events.n = 0;
	name_of(w, 0, started, name);
	assert_memory_equal(name, "third.", 6);
	assert_null(w->hollow.gone);
	end(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods_of_one_name_have_events_of_their_own),
		cmocka_unit_test(what_is_told_of_a_pod_and_of_its_node_differs),
		cmocka_unit_test(what_is_told_again_is_found_by_its_name),
		cmocka_unit_test(an_event_is_about_the_pod_that_it_was_raised_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
