/* SPDX-License-Identifier: Apache-2.0 */
/* What watches and lists tell of a node's pods. */
#include "hollow/hollow_priv.h"

#include "tcase.h"

static void tell(struct hollow *h, const char *event)
{
	struct skim whole;

	assert_true(skim_all(event, strlen(event), &whole));
	pods_told(h, NS_S, whole);
}

/* No kubelet is sent one, so it is none that replaces another. */
static void a_pod_without_containers_takes_no_place(void **state)
{
	static char namespace[] = "ns", name[] = "web-0";
	static struct swarm swarm;
	struct hollow_pod pod = {.name = name, .there = true, .uid = "1"};
	struct api_pod there = {.exists = true};
	struct hollow h = {.swarm = &swarm, .pod = &pod};

	(void)state;
	swarm.namespace[0] = namespace;
	swarm.n_namespaces = 1;
	swarm.plan.places = 1;
	h.node.shard.pod = &there;
	h.node.agent.news_capacity = 8;
	tell(&h, "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"web-0\","
		 "\"namespace\":"
		 "\"ns\",\"uid\":\"2\"},\"spec\":{\"containers\":[]}}}");
	assert_true(pod.there);
	assert_string_equal(pod.uid, "1");
	tell(&h, "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"web-1\","
		 "\"namespace\":"
		 "\"ns\",\"uid\":\"3\"},\"spec\":{\"containers\":[]}}}");
	assert_string_equal(pod.name, "web-0");
	assert_int_equal(h.unplaced, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pod_without_containers_takes_no_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
