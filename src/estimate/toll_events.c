/* SPDX-License-Identifier: Apache-2.0 */
/* What follows upon events: how often one happens on a node, and in how many of the rounds that
 * it begins a call is made that is made at most every so often. */
#include <stdio.h>

#include "estimate/lives.h"
#include "estimate/objects.h"
#include "estimate/rates.h"
#include "estimate/toll_priv.h"

/* Bounds that are so close, as a share, are one number. */
#define CLOSE 0.05

/* A replaced pod's kubelet is told of it so much later or sooner than the last one's, seconds:
 * twice what a watch event and the way to its worker take. */
#define NEWS_LATE 0.2

/* Behind so much time a pod that syncs is at any phase of its own. */
#define SYNCS_EXACT 3600.0

/* Times that are so many times wider than they are apart come as if by chance. */
#define WIDE 4

/* What milliseconds decide may be so much of the result, as a share. */
#define DECIDED 0.4

/* Starts and ends of pods take so much longer or shorter than others, seconds, where nothing
 * waits: volumes that are looked for, images, the workers' turns. */
#define LIVES_VARY 3.0

static const char by_milliseconds[] =
	"whether so long has passed hangs on how late each is seen";

struct happening {
	enum {
		EVENLY,    /* at an even pace, each seen a little late */
		AT_SYNCS,  /* of pods that sync each for itself */
		BY_CHANCE, /* each by its own, at some tick of the sync loop */
		TOGETHER,  /* some of them come together */
	} how;
	double often;  /* a second */
	double rests;  /* of syncs: those of pods at rest */
	double pace;   /* TOGETHER: how often some do, at an even pace; 0: at none */
	double late;   /* by how much each may be seen late at most, seconds */
	bool by_looks; /* when somebody looks, not each by its own chance */
	double clump;  /* TOGETHER: so many at most */
	const char *fails;
	bool more; /* why it fails: it happens more often than that */
};

/* ------------------------------------------------------------------ what happens */

double toll_a_second(ns_t every)
{
	return every > 0 ? 1 / SECONDS(every) : 0;
}

bool toll_backs_off(const struct scenario *s, double back_offs)
{
	const struct workload_model *w = &s->workload;
	double gap = SECONDS(w->container_death_every) * w->pods * w->containers;
	double life = lives_seconds(s);

	if (life > 0 && life < gap / 2)
		return false; /* few live to see another death */
	return gap > 0 && gap < back_offs * SECONDS(s->kubelet.worker.crash_back_off_max);
}

/* Versions of objects that pods of a node are shown, each pod for itself. */
static double object_changes(const struct scenario *s)
{
	const struct workload_model *w = &s->workload;
	double shown = 0;

	for (uint32_t o = 0; o < w->n_objects; o++) {
		double distinct = 0;

		for (uint32_t i = 0; i < w->n_objects; i++)
			distinct += objects_distinct_of(s, i);
		shown += w->pods *
			 (w->update_object_every
					 ? toll_a_second(w->update_object_every) / distinct
					 : toll_a_second(w->objects[o].update_every));
	}
	return shown;
}

/* A change is seen when its pod syncs, whenever that is: by chance where many pods have one
 * object each, all of a pod's or of an object's together else. */
static void changes(const struct toll_making *m, struct happening *h)
{
	const struct workload_model *w = &m->s->workload;
	bool alone = w->n_objects == 1 && w->objects[0].shared_by == SHARED_POD &&
		     m->s->kubelet.pleg.design != PLEG_POLLING;

	if (m->s->kubelet.objects.design != OBJECT_NEVER)
		h->often = object_changes(m->s);
	h->how = alone && h->often * m->resync->mean > WIDE && w->pods > WIDE ? BY_CHANCE
									      : TOGETHER;
	h->clump = alone ? 1 : (double)w->n_objects * w->pods;
	if (h->often * (m->resync->mean + m->ttl) > (double)w->n_objects * w->pods)
		h->fails = "changes that follow soon upon one another are shown as one";
	if (w->replace_pod_every > 0)
		h->fails = "a pod begins with the newest, and may not live to see a newer one";
}

/* By polls all pods of a node sync together. */
static void syncs(const struct toll_making *m, struct happening *h)
{
	h->how = m->s->kubelet.pleg.design == PLEG_POLLING ? TOGETHER : AT_SYNCS;
	h->clump = m->s->workload.pods;
	h->often = m->syncs.often;
	h->rests = m->syncs.rests;
	h->fails = m->syncs.fails;
}

static void status_writes(const struct toll_making *m, double lives, struct happening *h)
{
	if (m->s->workload.container_death_every > 0)
		h->fails = "a container that died and started again is told once or twice";
	h->more = m->s->kubelet.pleg.design != PLEG_POLLING;
	if (lives > 0 && m->s->kubelet.pleg.design == PLEG_POLLING)
		h->fails = "under polling it hangs on when polls meet changes";
	h->how = TOGETHER;
	h->clump = lives_status_writes(m->s);
	h->often = h->clump * lives;
}

/* Containers of a pod start and end together.  Those that die do so at an even pace, which is
 * seen at relists, and start again at once or after their back-off. */
static void containers(
	const struct toll_making *m, enum trigger what, double lives, struct happening *h)
{
	const struct workload_model *w = &m->s->workload;
	const struct kubelet_model *k = &m->s->kubelet;
	bool polls = k->pleg.design == PLEG_POLLING;
	double deaths = toll_a_second(w->container_death_every);

	h->often = w->containers * lives + deaths;
	h->late = SECONDS(polls ? k->pleg.poll_period : k->pleg.relist_period) + NEWS_LATE;
	h->clump = lives > 0 && w->containers > 1 ? w->containers : 2;
	h->by_looks = true;
	h->how = TOGETHER;
	if (lives <= 0 && what == TRIGGER_CONTAINER_DEATH) {
		h->how = EVENLY;
	} else if (deaths <= 0) {
		h->pace = lives;
		h->late += LIVES_VARY +
			   w->containers * (rates_latency(m->s, OP_START_CONTAINER) +
						   rates_latency(m->s, OP_STOP_CONTAINER));
	}
}

static void happens(const struct toll_making *m, enum trigger what, struct happening *h)
{
	double lives = toll_a_second(m->s->workload.replace_pod_every);

	*h = (struct happening){.how = EVENLY, .late = NEWS_LATE};
	if ((m->s->workload.crash_looping > 0 || toll_backs_off(m->s, ALL_BACK_OFF)) &&
		what != TRIGGER_POD_START && what != TRIGGER_POD_STOP)
		h->fails = "containers that exit again and again back off";
	switch (what) {
	case TRIGGER_POD_START:
	case TRIGGER_POD_STOP:
		h->often = lives;
		return;
	case TRIGGER_POD_SYNC:
		syncs(m, h);
		return;
	case TRIGGER_STATUS_CHANGE:
		status_writes(m, lives, h);
		return;
	case TRIGGER_CONTAINER_START:
	case TRIGGER_CONTAINER_DEATH:
		containers(m, what, lives, h);
		return;
	case TRIGGER_OBJECT_CHANGE:
		changes(m, h);
		return;
	case TRIGGER_ERROR:
		h->fails = "errors are not foreseen";
		return;
	case TRIGGER_KUBELET_START:
		h->fails = "it is made once, when a kubelet starts: there is no rate";
		return;
	case TRIGGER_PERIOD:
	case TRIGGERS:
		return;
	}
}

/* ------------------------------------------------------------------ at most every so often */

/* Seconds to the first of the node's syncs that comes so long after the last one that counted.
 * Whether one at just that tick of the sync loop counts is up to milliseconds: every other
 * does. */
static double first_sync_after(const struct toll_making *m, double least, const char **fails)
{
	uint32_t pods = m->s->workload.pods;
	double exact = least < SYNCS_EXACT ? least : SYNCS_EXACT, sum[2];
	double *gap = ARENA_ARRAY(m->mem, double, pods + 1);
	double *weight = ARENA_ARRAY(m->mem, double, pods + 1);

	weight[pods] = 1;
	for (int before = 0; before < 2; before++) {
		double fresh = exact - before * 1e-6;

		renewal_gaps(m->resync, fresh > 0 ? fresh : exact, pods, weight, gap, m->mem);
		sum[before] = gap[pods];
	}
	if (sum[0] - sum[1] > DECIDED * sum[1])
		*fails = by_milliseconds;
	return (sum[0] + sum[1]) / 2 + least - exact;
}

/* Seconds to the first of what happens at ticks by chance. */
static double first_tick_after(const struct toll_making *m, double least, double every)
{
	double tick = SECONDS(m->s->kubelet.worker.ticker);
	double ticks = tick > 0 ? (double)(int64_t)(least / tick + 1e-9) : 0;

	if (tick <= 0 || least - ticks * tick < 1e-6)
		return least + every;
	return (ticks + 0.5) * tick + every;
}

/* Of what happens at an even pace every so many times. */
static double each_nth(double pace, double least)
{
	double n = (double)(int64_t)(least * pace);

	return pace / (least * pace > n ? n + 1 : n > 1 ? n : 1);
}

/* Between which rates it is. */
struct between {
	double fewest, most;
};

static struct between evenly(const struct happening *h, double pace, double least, double late)
{
	struct between b = {.fewest = each_nth(pace, least + late),
		.most = each_nth(pace, least > late ? least - late : 0)};
	double n = least * pace, whole = (double)(int64_t)(n + 0.5);
	bool exactly = whole >= 1 && n - whole < 1e-6 && whole - n < 1e-6;

	if (exactly && !h->by_looks)
		b.fewest = b.most = pace * rates_aged(least, 1 / pace);
	return b;
}

/* Rounds a second that make a call which is made at most every `least` seconds; each is looked
 * at so late at most. */
static double made(const struct toll_making *m, const struct happening *h, double least,
	double late, const char **fails)
{
	double every = 1 / h->often;
	struct between b = {.fewest = 1 / (least + h->clump * every),
		.most = h->often * least < 1 ? h->often : 1 / least};
	const char *why = "how often it is made hangs on how many come together";

	if (h->how == AT_SYNCS)
		return 1 / first_sync_after(m, least, fails);
	if (h->how == BY_CHANCE)
		return 1 / first_tick_after(m, least, every);
	if (h->how == EVENLY) {
		b = evenly(h, h->often, least, late);
		why = by_milliseconds;
	} else if (h->pace > 0 && least > late) {
		b = evenly(h, h->pace, least, late);
	}
	if (b.most - b.fewest > CLOSE * b.most)
		*fails = *fails ? *fails : why;
	return (b.fewest + b.most) / 2;
}

/* That a round is about which an event about one pod caused. */
static double all_of_event(
	const struct scenario *s, enum trigger what, const struct model_call *c)
{
	bool one = what == TRIGGER_CONTAINER_START || what == TRIGGER_CONTAINER_DEATH ||
		   what == TRIGGER_OBJECT_CHANGE;

	if (c->scope == SCOPE_CONTAINER && !one)
		return s->workload.containers;
	if (c->scope == SCOPE_EACH_OBJECT && !one)
		return s->workload.n_objects;
	return 1;
}

/* Of what happens one by one, all in all, that share. */
static double in_the_long_run(double n, const struct model_call *c)
{
	return c->share ? n * (double)c->share / PPM : n;
}

/* Seconds that a round of the loop may take before it looks at the next. */
static double longest_round(const struct scenario *s, const struct model_loop *l)
{
	double takes = SECONDS(l->work);

	for (uint32_t i = 0; i < l->n_calls; i++) {
		const struct model_call *c = &l->calls[i];
		double qps = (double)s->kubelet.client[c->client].qps_milli / 1000;
		double n = all_of_event(s, l->trigger, c);

		if (call_is_runtime(c->call))
			takes += n * rates_latency(s, (enum operation)(c->call % OP_N));
		else
			takes += n * (rates_request_latency(s, c) + (qps > 0 ? 1 / qps : 0));
	}
	return takes;
}

/* Where more than what is known happens, that leaves little room if the call is made seldom. */
static double made_of_more(double least, double fewest, const char **fails)
{
	double most = 1 / least;

	if (most - fewest > CLOSE * most)
		return fewest;
	*fails = NULL;
	return (most + fewest) / 2;
}

/* Of syncs that come in bunches beside those of pods at rest only the latter's are known to
 * come at least so long apart. */
static void of_pods_at_rest(const struct scenario *s, struct happening *h)
{
	if (h->how != AT_SYNCS || h->often <= h->rests)
		return;
	h->more = true;
	if (!h->fails)
		h->fails = s->workload.replace_pod_every > 0
				   ? "a pod that starts or stops syncs some more times"
				   : "a pod of which a container died syncs some more times";
}

/* Pods of a cluster come and go at an even pace, each node at a turn of its own, and so does
 * what follows upon them at once.  By chance are only the nodes that have a loop, and for which
 * pods a share of it is made; and when pods at rest sync. */
static double share_of_lives(const struct toll_making *m, enum trigger what)
{
	double lives = toll_a_second(m->s->workload.replace_pod_every);

	switch (what) {
	case TRIGGER_POD_START:
	case TRIGGER_POD_STOP:
	case TRIGGER_STATUS_CHANGE:
	case TRIGGER_CONTAINER_START:
	case TRIGGER_CONTAINER_DEATH:
		return lives > 0;
	case TRIGGER_POD_SYNC:
		return lives > 0 && m->syncs.by_life > 0 && m->syncs.often > 0
			       ? lives * m->syncs.by_life / m->syncs.often
			       : 0;
	case TRIGGER_PERIOD:
	case TRIGGER_KUBELET_START:
	case TRIGGER_OBJECT_CHANGE:
	case TRIGGER_ERROR:
	case TRIGGERS:
		return 0;
	}
	return 0;
}

void toll_upon_event(const struct toll_making *m, const struct model_loop *l,
	const struct model_call *c, struct toll_row *row)
{
	bool starts = l->trigger == TRIGGER_KUBELET_START;
	struct happening h;

	happens(m, l->trigger, &h);
	if (c->at_most_every > 0)
		of_pods_at_rest(m->s, &h);
	row->fails = h.fails;
	row->of = starts ? rates_all(m->s, c) : all_of_event(m->s, l->trigger, c);
	row->times = starts ? rates_times(m->s, l, c) : in_the_long_run(row->of, c);
	row->looked = row->rounds = h.often;
	row->period = SECONDS(c->at_most_every);
	if (c->at_most_every > 0 && h.often > 0) {
		row->rounds =
			made(m, &h, row->period, h.late + longest_round(m->s, l), &row->fails);
		if (h.how == AT_SYNCS && row->fails == h.fails)
			row->sure = row->times * row->rounds * row->nodes;
		if (h.fails && h.more)
			row->rounds = made_of_more(row->period, row->rounds, &row->fails);
	} else {
		row->sure = row->times * h.rests * row->nodes;
	}
	row->nominal = row->times * row->rounds * row->nodes;
	if (row->period <= 0)
		row->even = share_of_lives(m, l->trigger);
}
