/* SPDX-License-Identifier: Apache-2.0 */
/* Chains that wait for processors.  Calls that start or end a process run programs (a shim, a
 * network plugin, runc) and share the node's processors; when such a call ends is not known
 * when it begins, so the chain is kept and goes on when it does. */
#include "runtime_mock/plain.h"
#include "runtime_mock/runtime_mock_priv.h"

#include <assert.h>

static const bool op_works[OP_N] = {
	[OP_RUN_PODSANDBOX] = true,
	[OP_STOP_PODSANDBOX] = true,
	[OP_REMOVE_PODSANDBOX] = true,
	[OP_CREATE_CONTAINER] = true,
	[OP_START_CONTAINER] = true,
	[OP_STOP_CONTAINER] = true,
	[OP_REMOVE_CONTAINER] = true,
};

/* What a job's work is for: job, container and its instance in one tag. */
static uint64_t tag_of(uint32_t job, uint16_t container, uint16_t instance)
{
	return (uint64_t)job << 32 | (uint64_t)container << 16 | instance;
}

/* A pod has two goroutines that may ask for such calls, its worker and its killer; the deletors
 * and the collector are three. */
static uint32_t most_jobs(const struct mock_params *p)
{
	return 2 * p->pods + 3;
}

void mock_stock(
	struct stock *s, const struct mock_params *params, uint32_t mocks, struct arena *mem)
{
	stock_init(s, mem, mocks * most_jobs(params), sizeof(struct mock_job));
}

void jobs_init(struct mock *m, struct arena *mem)
{
	share_init(&m->share, mem, m->params->processors,
		most_jobs(m->params) * m->params->containers);
	m->jobs = m->params->jobs;
	if (m->jobs)
		return;
	mock_stock(&m->own_jobs, m->params, 1, mem);
	m->jobs = &m->own_jobs;
}

static struct mock_job *job_at(const struct mock *m, uint32_t job)
{
	return stock_item(m->jobs, job);
}

bool jobs_want(const struct chain *c)
{
	for (uint32_t i = 0; i < c->n_steps; i++)
		if (op_works[op_of(&c->step[i])])
			return true;
	return false;
}

static void answer(struct mock *m, uint32_t job, ns_t at, struct mock_news *news)
{
	struct mock_job *j = job_at(m, job);

	news->answered = true;
	news->actor = j->actor;
	news->answer = (struct chain_answer){at, (enum outcome)j->what, j->step};
	stock_give(m->jobs, j);
}

static void goes_on_at(struct mock *m, uint32_t job, ns_t at)
{
	change_push(m, (struct mock_change){.at = at, .pod = job, .op = MOCK_GOES_ON});
}

static const struct chain_step *step_of(const struct mock_job *j)
{
	return &j->chain.step[j->step];
}

/* A call of the step that the job is at ends. */
static void count(const struct mock *m, ns_t end, const struct mock_job *j, enum outcome what,
	struct tally *t)
{
	const struct chain_step *s = step_of(j);

	mock_count(m, t, s, (struct tally_call){s->call, what, end, end - j->began, 0, 0});
}

/* Nobody else's calls make this one take longer. */
static void in_its_own_time(
	struct mock *m, ns_t now, uint32_t job, const struct mock_work *w, struct tally *t)
{
	struct mock_job *j = job_at(m, job);

	if (w->what != OUTCOME_OK)
		j->what = (uint16_t)mock_answered(w->what);
	count(m, now + w->takes, j, w->what, t);
	goes_on_at(m, job, now + w->takes);
}

/* One that fails takes nobody's time. */
static void works(
	struct mock *m, ns_t now, uint32_t job, const struct mock_whom *whom, struct tally *t)
{
	struct mock_job *j = job_at(m, job);
	struct mock_work w =
		mock_work(m, now, j->actor, &j->chain, step_of(j), whom->container);

	if (w.what == OUTCOME_OK)
		share_add(&m->share, now, w.takes, w.shown,
			tag_of(job, whom->container, whom->instance));
	else
		in_its_own_time(m, now, job, &w, t);
}

static void begin_call(struct mock *m, ns_t now, uint32_t job, uint32_t nth, struct tally *t)
{
	struct mock_job *j = job_at(m, job);
	const struct chain_step *s = step_of(j);
	struct mock_whom whom = mock_whom(m, &j->chain, op_of(s), nth);

	if (!op_works[op_of(s)]) {
		struct mock_work w = mock_one_call(m, now, j->actor, &j->chain, s, nth);

		in_its_own_time(m, now, job, &w, t);
	} else if (whom.wait > 0) {
		change_push(m, (struct mock_change){.at = now + whom.wait,
				       .pod = job,
				       .container = whom.container,
				       .instance = whom.instance,
				       .op = MOCK_WORKS});
	} else {
		works(m, now, job, &whom, t);
	}
}

/* The chain's next step, or its answer. */
static void go(struct mock *m, ns_t now, uint32_t job, struct tally *t, struct mock_news *news)
{
	struct mock_job *j = job_at(m, job);

	if (j->step < j->chain.n_steps &&
		(mock_plain_ops(m, &j->chain) & OP_BIT(op_of(step_of(j))))) {
		now = plain_step(m, now, j->actor, step_of(j), t);
		if (++j->step < j->chain.n_steps) {
			goes_on_at(m, job, now);
			return;
		}
	}
	if (j->step == j->chain.n_steps) {
		answer(m, job, now, news);
		return;
	}
	j->nth = 0;
	j->began = now;
	j->left = j->chain.parallel ? step_of(j)->n : 1;
	for (uint32_t k = 0, n = j->left; k < n; k++)
		begin_call(m, now, job, k, t);
}

static void call_ended(
	struct mock *m, ns_t now, uint32_t job, struct tally *t, struct mock_news *news)
{
	struct mock_job *j = job_at(m, job);

	if (--j->left > 0)
		return;
	if (j->what != OUTCOME_OK && !j->chain.parallel) {
		answer(m, job, now, news);
	} else if (!j->chain.parallel && ++j->nth < step_of(j)->n) {
		j->left = 1;
		j->began = now;
		begin_call(m, now, job, j->nth, t);
	} else {
		j->step++;
		go(m, now, job, t, news);
	}
}

struct chain_answer jobs_begin(
	struct mock *m, ns_t now, uint32_t actor, const struct chain *chain, struct tally *t)
{
	struct mock_news news = {.answer = {.at = NS_NEVER}};
	struct mock_job *j = stock_take(m->jobs);

	*j = (struct mock_job){.chain = *chain, .actor = actor, .what = OUTCOME_OK};
	go(m, now, stock_number(m->jobs, j), t, &news);
	return news.answer;
}

void jobs_change(struct mock *m, ns_t now, const struct mock_change *c, struct tally *t,
	struct mock_news *news)
{
	const struct mock_whom whom = {.container = c->container, .instance = c->instance};

	if (c->op == MOCK_WORKS)
		works(m, now, c->pod, &whom, t);
	else if (job_at(m, c->pod)->left > 0)
		call_ended(m, now, c->pod, t, news);
	else
		go(m, now, c->pod, t, news);
}

void jobs_work(struct mock *m, ns_t now, struct tally *t, struct mock_news *news)
{
	uint64_t tag;
	bool ends = share_take(&m->share, now, &tag);
	uint32_t job = (uint32_t)(tag >> 32);
	const struct chain_step *s = step_of(job_at(m, job));
	const struct mock_change c = {.at = now,
		.pod = job_at(m, job)->chain.pod,
		.container = (uint16_t)(tag >> 16),
		.instance = (uint16_t)tag,
		.op = op_of(s)};
	struct tally_spot *spot;

	news->changed = come_true(m, now, &c);
	news->pod = c.pod;
	news->container = c.container;
	if (!ends)
		return;
	count(m, now, job_at(m, job), OUTCOME_OK, t);
	spot = tally_spot(t, 0, now);
	if (spot->in)
		spot->in->worked[c.op] += (uint64_t)(now - job_at(m, job)->began);
	call_ended(m, now, job, t, news);
}
