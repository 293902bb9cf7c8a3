/* SPDX-License-Identifier: Apache-2.0 */
/* What a file of the kind APIServer holds about a busy server: levels of priority, and costs.
 */
#include <string.h>

#include "base/str.h"
#include "base/units.h"
#include "models/call_text.h"
#include "models/tables.h"

enum { QUEUES_MAX = 1024, QUEUE_LENGTH_MAX = 100000, HAND_MAX = 15 };

const struct word words_api_encoding[ENCODINGS] = {
	{"protobuf", ENCODING_PROTOBUF},
	{"json", ENCODING_JSON},
	{"generatedJson", ENCODING_GENERATED_JSON},
};

const struct word words_api_served[SERVED_N] = {
	{"rv=0", SERVED_CACHE},
	{"quorum", SERVED_QUORUM},
	{"write", SERVED_WRITE},
};

/* ------------------------------------------------------------------ priority and fairness */

static const struct word words_sharding[] = {
	{"length", FAIR_BY_LENGTH}, {"seats", FAIR_BY_SEATS}};
static const struct word words_borrowing[] = {{"unlimited", FAIR_NO_LIMIT}};

#define REC struct fair_level
static const struct field level_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = sizeof(((REC *)0)->name), .flags = FIELD_KEY),
	COUNT(shares, "shares", 1, 1000000, "of the seats, beside those of the other levels"),
	FIELD(queues, "queues", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = QUEUES_MAX,
		.help = "0: none, a request without a seat is rejected at once"),
	FIELD(hand, "handSize", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = HAND_MAX,
		.help = "queues among which a user's request takes the shortest"),
	FIELD(queue_length, "queueLength", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.max = QUEUE_LENGTH_MAX, .help = "requests that wait in one queue at most"),
	FIELD(lendable, "lendablePercent", FIELD_COUNT, .flags = FIELD_OPTIONAL, .max = 100,
		.help = "of its seats, that other levels may borrow"),
	FIELD(borrowing, "borrowingLimitPercent", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.otherwise = FAIR_NO_LIMIT, .max = 1000000, .words = words_borrowing,
		.n_words = COUNT_OF(words_borrowing),
		.help = "of its seats, that it may borrow of others"),
};
#undef REC

/* shufflesharding.go RequiredEntropyBits: a hand is dealt from 60 bits of hash. */
static bool can_be_dealt(const struct fair_level *l)
{
	uint64_t hands = 1;

	for (uint32_t i = 0; i < l->hand; i++) {
		if (hands > (UINT64_C(1) << 60) / l->queues)
			return false;
		hands *= l->queues;
	}
	return true;
}

static const struct doc_node *entry_or(const struct doc_node *map, const char *name)
{
	const struct doc_node *entry = doc_get(map, name);

	return entry ? entry : map;
}

/* What somebody changed who took the level over, by a setting or in a file of his own: that is
 * what does not fit.  The level itself if it is all of one piece. */
static const struct doc_node *changed_of(const struct doc_node *level)
{
	static const char *const names[] = {"queues", "handSize", "queueLength"};

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		const struct doc_node *entry = doc_get(level, names[i]);

		if (entry && entry->file != level->file)
			return entry;
	}
	return level;
}

static int finish_level(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct fair_level *l = record;
	const struct doc_node *changed = changed_of(at);
	const struct doc_node *hand = changed == at ? entry_or(at, "handSize") : changed;

	(void)r;
	if (!l->queues && (l->hand || l->queue_length))
		return doc_error(changed, err,
			"a level without 'queues' has no 'handSize' and no "
			"'queueLength'");
	if (!l->queues)
		return 0;
	if (!l->hand || !l->queue_length)
		return doc_error(changed, err,
			"a level with 'queues' needs a 'handSize' and a "
			"'queueLength'");
	if (l->hand > l->queues)
		return doc_error(hand, err, "'handSize' is %u, more than the %u queues",
			l->hand, l->queues);
	if (!can_be_dealt(l))
		return doc_error(hand, err,
			"'handSize' %u of %u queues takes more than the 60 bits that there are",
			l->hand, l->queues);
	return 0;
}

static const struct table level_table = {
	.what = "level",
	.field = level_fields,
	.n = COUNT_OF(level_fields),
	.finish = finish_level,
};

#define RESOURCE_AT(member)                                                                    \
	(offsetof(struct apiserver_model, fairness.resource[0].member) -                       \
		offsetof(struct apiserver_model, fairness.resource))
#define RESOURCE_ROOM(member) sizeof(((struct apiserver_model *)0)->fairness.resource[0].member)
static const struct field level_of_fields[] = {
	{.name = "resource",
		.type = FIELD_TEXT,
		.offset = RESOURCE_AT(resource),
		.size = RESOURCE_ROOM(resource),
		.flags = FIELD_KEY},
	{.name = "level",
		.type = FIELD_TEXT,
		.offset = RESOURCE_AT(level_name),
		.size = RESOURCE_ROOM(level_name),
		.help = "in which requests for this resource are"},
};
static const struct table level_of_table = TABLE("resource", level_of_fields);

#define USER_AT(member)                                                                        \
	(offsetof(struct apiserver_model, fairness.user[0].member) -                           \
		offsetof(struct apiserver_model, fairness.user))
#define USER_ROOM(member) sizeof(((struct apiserver_model *)0)->fairness.user[0].member)
static const struct field level_of_user_fields[] = {
	{.name = "user",
		.type = FIELD_TEXT,
		.offset = USER_AT(user),
		.size = USER_ROOM(user),
		.flags = FIELD_KEY},
	{.name = "level",
		.type = FIELD_TEXT,
		.offset = USER_AT(level_name),
		.size = USER_ROOM(level_name),
		.help = "in which this user's requests are"},
};
static const struct table level_of_user_table = TABLE("user", level_of_user_fields);

#define REC struct apiserver_model
static const struct field fairness_fields[] = {
	TRUTH(fairness.enabled, "enabled",
		"levels share maxRequestsInflight + maxMutatingRequestsInflight seats"),
	FIELD(fairness.wait_limit, "waitLimit", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.otherwise = 15 * NS_S, .min = NS_MS, .max = NS_HOUR,
		.help = "who has waited so long leaves when another joins the queue"),
	FIELD(fairness.wait_end, "waitEnd", FIELD_DURATION, .flags = FIELD_OPTIONAL,
		.otherwise = NS_MIN, .min = NS_MS, .max = NS_HOUR,
		.help = "who has waited so long leaves"),
	FIELD(fairness.guess, "estimatedServiceDuration", FIELD_DURATION,
		.flags = FIELD_OPTIONAL, .otherwise = NS_MIN, .min = NS_US, .max = NS_HOUR,
		.help = "what a seat is charged until its request's end shows what that took"),
	FIELD(fairness.sharding, "queueBy", FIELD_ENUM, .flags = FIELD_OPTIONAL,
		.words = words_sharding, .n_words = COUNT_OF(words_sharding),
		.help = "a flow joins the queue of its hand that has the least of it; by seats "
			"no service begins before its request has come (since 1.23), by length "
			"no earlier than now"),
	FIELD(fairness.watches, "watchesTakeSeats", FIELD_BOOL, .flags = FIELD_OPTIONAL,
		.help = "until they are open"),
	FIELD(fairness.sli_without_queues, "sliWithoutQueues", FIELD_BOOL,
		.flags = FIELD_OPTIONAL,
		.help = "objectives of API calls leave out the time in queues"),
	FIELD(fairness.lend_every, "borrowingPeriod", FIELD_DURATION,
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO, .min = NS_MS, .max = NS_HOUR,
		.help = "levels borrow seats of each other, shared out anew so often; 0 is "
			"never"),
	FIELD(fairness.objects_per_seat, "objectsPerSeat", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.max = 1000000,
		.help = "a list takes a seat for so many objects of its kind; 0: it takes one"),
	FIELD(fairness.max_seats, "maximumSeats", FIELD_COUNT, .flags = FIELD_OPTIONAL,
		.otherwise = 10, .min = 1, .max = 10000, .help = "that a list takes"),
	FIELD(fairness.max_seats_percent, "maximumSeatsPercent", FIELD_COUNT,
		.flags = FIELD_OPTIONAL, .max = 100,
		.help = "of its level's that a list takes, and no more than leave one for "
			"each queue of a hand; 0: any"),
	FIELD(fairness.level, "levels", FIELD_NAMED,
		.n_offset = offsetof(REC, fairness.n_levels), .size = sizeof(struct fair_level),
		.limit = FAIR_LEVELS, .sub = &level_table,
		.help = "all that share the seats, whoever they are for"),
	FIELD(fairness.nodes_level, "nodes", FIELD_TEXT,
		.size = sizeof(((REC *)0)->fairness.nodes_level),
		.help = "the level of what kubelets ask"),
	FIELD(fairness.resource, "resources", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, fairness.n_resources),
		.size = sizeof(((REC *)0)->fairness.resource[0]), .limit = FAIR_RESOURCES,
		.sub = &level_of_table,
		.help = "levels of what they ask of these resources[/subresources]"),
	FIELD(fairness.user, "users", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, fairness.n_users),
		.size = sizeof(((REC *)0)->fairness.user[0]), .limit = FAIR_USERS,
		.sub = &level_of_user_table,
		.help = "levels of users that are no nodes, for `serve`: a name, or how it "
			"begins and '*'; the longest that fits counts"),
};

static int find_level(const struct apiserver_model *m, const char *name,
	const struct doc_node *at, uint32_t *level, struct err *err)
{
	const char *known[FAIR_LEVELS];
	const char *near;

	for (uint32_t i = 0; i < m->fairness.n_levels; i++) {
		known[i] = m->fairness.level[i].name;
		if (!strcmp(known[i], name)) {
			*level = i;
			return 0;
		}
	}
	near = str_nearest(name, known, m->fairness.n_levels);
	return doc_error(at, err, "no level '%.40s' among 'levels'%s%s%s", name,
		near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int find_levels(struct apiserver_model *m, const struct doc_node *at, struct err *err)
{
	const struct doc_node *resources = doc_get(at, "resources");
	const struct doc_node *users = doc_get(at, "users");
	const struct doc_node *one = resources ? resources->first : NULL;

	if (find_level(
		    m, m->fairness.nodes_level, doc_get(at, "nodes"), &m->fairness.nodes, err))
		return ERR_INPUT;
	for (uint32_t i = 0; one && i < m->fairness.n_resources; i++, one = one->next) {
		char name[48];

		if (call_text_resource(one, one->key, name, err) ||
			find_level(m, m->fairness.resource[i].level_name, doc_get(one, "level"),
				&m->fairness.resource[i].level, err))
			return ERR_INPUT;
	}
	one = users ? users->first : NULL;
	for (uint32_t i = 0; one && i < m->fairness.n_users; i++, one = one->next)
		if (find_level(m, m->fairness.user[i].level_name, doc_get(one, "level"),
			    &m->fairness.user[i].level, err))
			return ERR_INPUT;
	return 0;
}

static int finish_fairness(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	struct apiserver_model *m = record;
	char end[UNITS_TEXT_BYTES];
	char limit[UNITS_TEXT_BYTES];

	(void)r;
	if (!m->fairness.n_levels)
		return doc_error_key(
			doc_get(at, "levels"), err, "'levels' is empty: nobody has a seat");
	if (find_levels(m, at, err))
		return ERR_INPUT;
	if (m->fairness.wait_end < m->fairness.wait_limit)
		return doc_error(entry_or(at, "waitEnd"), err,
			"'waitEnd' is %s, before 'waitLimit', %s",
			units_format_duration(end, sizeof(end), m->fairness.wait_end),
			units_format_duration(limit, sizeof(limit), m->fairness.wait_limit));
	return 0;
}

const struct table table_fairness = {
	.what = "fairness",
	.field = fairness_fields,
	.n = COUNT_OF(fairness_fields),
	.finish = finish_fairness,
};
#undef REC

/* ------------------------------------------------------------------ costs */

#define REC struct api_cost_as
static const struct field as_fields[] = {
	FIELD(name, "name", FIELD_TEXT, .size = sizeof(((REC *)0)->name), .flags = FIELD_KEY),
	FIELD(call, "call", FIELD_TEXT, .size = sizeof(((REC *)0)->call),
		.help = "one that was measured, verb and resource"),
	FIELD(encoding, "encoding", FIELD_ENUM, .flags = FIELD_OPTIONAL, .otherwise = ENCODINGS,
		.words = words_api_encoding, .n_words = COUNT_OF(words_api_encoding),
		.help = "in which it was measured; the server's own if not said"),
};
#undef REC

static int finish_as(
	struct reading *r, void *record, const struct doc_node *at, struct err *err)
{
	const struct doc_node *call = doc_get(at, "call");
	struct doc_node key = *at;
	struct call_name name;
	struct call_name as;

	(void)r;
	(void)record;
	key.text = at->key;
	if (call_text_read_some(&key, &name, err) || call_text_read(call, &as, NULL, err))
		return ERR_INPUT;
	if (call_mutates(&name) != call_mutates(&as))
		return doc_error(call, err, "'%.60s' %s and '%.60s' %s", call->text,
			call_mutates(&as) ? "writes" : "reads", at->key,
			call_mutates(&name) ? "writes" : "reads");
	return 0;
}

static const struct table as_table = {
	.what = "call",
	.field = as_fields,
	.n = COUNT_OF(as_fields),
	.finish = finish_as,
};

#define LISTED_AT(member)                                                                      \
	(offsetof(struct apiserver_model, costs.listed[0].member) -                            \
		offsetof(struct apiserver_model, costs.listed))
static const struct field listed_fields[] = {
	{.name = "resource",
		.type = FIELD_TEXT,
		.offset = LISTED_AT(resource),
		.size = sizeof(((struct apiserver_model *)0)->costs.listed[0].resource),
		.flags = FIELD_KEY},
	{.name = "objects",
		.type = FIELD_COUNT,
		.offset = LISTED_AT(objects),
		.max = 10000000,
		.help = "in a kubelet's list of it"},
};
static const struct table listed_table = TABLE("resource", listed_fields);

#define REC struct apiserver_model
static const struct field costs_fields[] = {
	FIELD(costs.calibration, "calibration", FIELD_TEXT, .size = MODEL_NAME,
		.help = "name of a Calibration with calls, \"\" if there is none"),
	FIELD(costs.cpu_scale, "cpuScale", FIELD_RATIO, .flags = FIELD_OPTIONAL,
		.otherwise = PPM, .min = PPM / 1000, .max = INT64_C(1000) * PPM,
		.help = "times the CPU that was measured: below 1 on a faster machine"),
	FIELD(costs.generated_json, "generatedJson", FIELD_RATIO, .flags = FIELD_OPTIONAL,
		.max = INT64_C(1000) * PPM,
		.help = "CPU of a request in generated JSON, beside one in JSON, where the "
			"calibration has only that"),
	FIELD(costs.watch_event, "watchEvent", FIELD_RATIO, .flags = FIELD_OPTIONAL,
		.max = INT64_C(1000) * PPM,
		.help = "CPU for telling a watcher of an object, beside as many bytes of a "
			"list of pods; 0: none"),
	FIELD(costs.rejected, "rejected", FIELD_DURATION,
		.flags = FIELD_OPTIONAL | FIELD_OR_ZERO, .min = NS_US, .max = NS_S,
		.help = "CPU of a request that is answered with 429, which needs no seat; 0: "
			"none, so that no storm is too much"),
	FIELD(costs.as, "as", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, costs.n_as), .size = sizeof(struct api_cost_as),
		.limit = COST_AS_MAX, .sub = &as_table,
		.help = "calls that were not measured, or verbs for all their calls"),
	FIELD(costs.listed, "listed", FIELD_NAMED, .flags = FIELD_OPTIONAL,
		.n_offset = offsetof(REC, costs.n_listed),
		.size = sizeof(((REC *)0)->costs.listed[0]), .limit = LISTED_MAX,
		.sub = &listed_table,
		.help = "objects in a kubelet's lists; pods are its own, others are one if "
			"not said"),
};
#undef REC

const struct table table_costs = TABLE("costs", costs_fields);
