/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_rows.h"

#include <assert.h>

#include "cli/compare_side.h"
#include "estimate/interval.h"

/* A measure in each of a side's results; those that lack it are left out. */
struct sample {
	double value[COMPARE_SEEDS_MAX];
	bool has[COMPARE_SEEDS_MAX];
	uint32_t n;
	enum measure_found found; /* the best of them */
	double mean;
};

static void sample(
	const struct compare_results *from, const struct measure *m, struct sample *s)
{
	*s = (struct sample){.n = from->n, .found = MEASURE_UNKNOWN};
	uint32_t n = 0;

	assert(from->n <= COMPARE_SEEDS_MAX);
	for (uint32_t i = 0; i < from->n; i++) {
		enum measure_found found = measure_read(from->result[i], m, &s->value[i]);

		s->has[i] = measure_has(found);
		if (!s->has[i]) {
			s->found = n ? s->found : found;
			continue;
		}
		if (!n || s->found == MEASURE_NO_ROW || found == MEASURE_LEAST)
			s->found = found;
		s->mean += s->value[i];
		n++;
	}
	s->mean = n ? s->mean / n : 0;
}

static bool is_known(const struct sample *s)
{
	return measure_has(s->found);
}

static bool is_least(const struct sample *s)
{
	return s->found == MEASURE_LEAST;
}

struct gate_value compare_mean(const struct compare_results *results, const struct measure *m)
{
	struct sample s;

	sample(results, m, &s);
	return (struct gate_value){s.found, s.mean};
}

enum compare_test compare_test_of(uint32_t n_base, uint32_t n_candidate)
{
	if (n_base > 1 && n_base == n_candidate)
		return TEST_PAIRED;
	return n_base > 1 || n_candidate > 1 ? TEST_PREDICTION : TEST_NONE;
}

const char *compare_test_name(enum compare_test test)
{
	static const char *const names[] = {[TEST_NONE] = "none",
		[TEST_PAIRED] = "paired t",
		[TEST_PREDICTION] = "prediction interval"};

	return names[test];
}

/* ------------------------------------------------------------------ chance */

struct chance {
	bool tested, significant;
	double low, high; /* of the difference */
};

static struct chance paired(const struct sample *b, const struct sample *c)
{
	double difference[COMPARE_SEEDS_MAX];
	struct interval i;
	uint32_t n = 0;

	for (uint32_t k = 0; k < b->n; k++)
		if (b->has[k] && c->has[k])
			difference[n++] = c->value[k] - b->value[k];
	if (n < 2)
		return (struct chance){0};
	i = interval_of_mean(difference, n);
	return (struct chance){true, i.low > 0 || i.high < 0, i.low, i.high};
}

/* The one run beside what a further run of the others would show. */
static struct chance predicted(
	const struct sample *b, const struct sample *c, enum measure_unit unit)
{
	const struct sample *many = b->n > 1 ? b : c, *one = b->n > 1 ? c : b;
	double value[COMPARE_SEEDS_MAX];
	struct interval i;
	uint32_t n = 0;

	for (uint32_t k = 0; k < many->n; k++)
		if (many->has[k])
			value[n++] = many->value[k];
	if (n < 2)
		return (struct chance){0};
	i = interval_of(value, n, unit == MEASURE_COUNT ? 1 : 0);
	return (struct chance){true, one->mean < i.low || one->mean > i.high,
		b->n > 1 ? one->mean - i.high : i.low - one->mean,
		b->n > 1 ? one->mean - i.low : i.high - one->mean};
}

static struct chance chance_of(
	const struct sample *b, const struct sample *c, enum measure_unit unit)
{
	switch (compare_test_of(b->n, c->n)) {
	case TEST_PAIRED:
		return paired(b, c);
	case TEST_PREDICTION:
		return predicted(b, c, unit);
	case TEST_NONE:
		break;
	}
	return (struct chance){0};
}

/* ------------------------------------------------------------------ rows */

static struct json *number_or_null(bool known, double value)
{
	return known ? json_num(value) : json_null();
}

static void put_name(struct json *row, const struct measure *m, const struct json *result,
	const struct json *other)
{
	const struct measure_family *f = m->of.family;
	struct json *labels = json_object();
	struct str name = {0};

	measure_name(&m->of, m->stat, &name);
	json_put_str(row, "measure", str_text(&name));
	json_put_str(row, "family", f->name);
	json_put_str(row, "statistic", m->stat->name);
	for (unsigned l = 0; l < MEASURE_LABELS && f->label[l].name; l++)
		if (m->of.label[l])
			json_put_str(labels, f->label[l].name, m->of.label[l]);
	json_put(row, "labels", labels);
	json_put_str(row, "unit", measure_unit_name(m->stat->unit));
	json_put_str(row, "class", measure_class_in(result, other, m));
	json_put(row, "calibration", measure_calibration_in(result, other, m));
	str_fini(&name);
}

struct json *compare_row(const struct measure *m, const struct compare_results *base,
	const struct compare_results *candidate)
{
	struct sample b, c;
	struct chance chance = {0};
	struct json *row;
	bool both, apart;

	sample(base, m, &b);
	sample(candidate, m, &c);
	both = is_known(&b) && is_known(&c);
	apart = both && !is_least(&b) && !is_least(&c);
	if ((!is_known(&b) && !is_known(&c)) || (b.mean == 0 && c.mean == 0))
		return NULL;
	if (both)
		chance = chance_of(&b, &c, m->stat->unit);
	row = json_object();
	put_name(row, m, (is_known(&c) ? candidate : base)->result[0],
		both ? base->result[0] : NULL);
	json_put(row, "base", number_or_null(is_known(&b), b.mean));
	json_put(row, "candidate", number_or_null(is_known(&c), c.mean));
	json_put_bool(row, "baseIsLeast", is_least(&b));
	json_put_bool(row, "candidateIsLeast", is_least(&c));
	json_put(row, "delta", number_or_null(apart, c.mean - b.mean));
	json_put(row, "relative",
		apart && b.mean != 0 ? json_num(c.mean / b.mean - 1) : json_null());
	json_put(row, "low", number_or_null(chance.tested, chance.low));
	json_put(row, "high", number_or_null(chance.tested, chance.high));
	json_put(row, "significant",
		chance.tested ? json_bool(chance.significant) : json_null());
	return row;
}
