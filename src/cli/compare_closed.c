/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare_closed.h"

#include <string.h>

/* What tells calls apart; the rest of a row is what is told of them. */
static const char *const keys[] = {"operation", "inMetric", "client", "verb", "resource"};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static bool same_value(const struct json *a, const struct json *b)
{
	const char *x = json_as_str(a), *y = json_as_str(b);

	if (x && y)
		return !strcmp(x, y);
	return !x && !y && json_is_bool(a) == json_is_bool(b) &&
	       json_as_bool(a) == json_as_bool(b);
}

static bool same_call(const struct json *a, const struct json *b)
{
	unsigned k = 0;

	while (k < KEYS && same_value(json_get(a, keys[k]), json_get(b, keys[k])))
		k++;
	return k == KEYS;
}

static const struct json *row_in(const struct json *rows, const struct json *call)
{
	const struct json *row = json_child(rows);

	while (row && !same_call(row, call))
		row = json_next(row);
	return row;
}

/* A sum over seeds. */
struct means {
	double closed, simulated;
	bool known; /* in all of them */
	const char *why;
};

static void add(struct means *m, const struct json *row)
{
	const struct json *closed = json_get(row, "closedFormPerSecond");
	const char *why = json_as_str(json_get(row, "why"));

	m->known = m->known && (!row || json_is_num(closed));
	m->closed += json_as_num(closed);
	m->simulated += json_as_num(json_get(row, "simulatedPerSecond"));
	m->why = why ? why : m->why;
}

/* What one side has of a call; null: it does not make it, and is not foreseen to. */
static struct json *side_of(const struct compare_results *side, const struct json *call)
{
	struct means m = {.known = true};
	struct json *o;
	bool found = false;

	for (uint32_t i = 0; i < side->n; i++) {
		const struct json *row = row_in(json_get(side->result[i], "closedForm"), call);

		found = found || row;
		add(&m, row);
	}
	if (!found)
		return json_null();
	m.closed /= side->n;
	m.simulated /= side->n;
	o = json_object();
	json_put(o, "closedFormPerSecond", m.known ? json_num(m.closed) : json_null());
	json_put_num(o, "simulatedPerSecond", m.simulated);
	json_put(o, "relativeDifference",
		m.known && m.closed > 0 ? json_num(m.simulated / m.closed - 1) : json_null());
	json_put_str(o, "why", m.why);
	return o;
}

static void add_calls(struct json *rows, const struct compare_results *of,
	const struct compare_results *base, const struct compare_results *candidate)
{
	for (uint32_t i = 0; i < of->n; i++) {
		const struct json *call = json_child(json_get(of->result[i], "closedForm"));

		for (; call; call = json_next(call)) {
			struct json *row;

			if (row_in(rows, call))
				continue;
			row = json_object();
			for (unsigned k = 0; k < KEYS; k++)
				json_put(row, keys[k], json_clone(json_get(call, keys[k])));
			json_put(row, "base", side_of(base, call));
			json_put(row, "candidate", side_of(candidate, call));
			json_append(rows, row);
		}
	}
}

struct json *compare_closed(
	const struct compare_results *base, const struct compare_results *candidate)
{
	struct json *rows = json_array();

	add_calls(rows, base, base, candidate);
	add_calls(rows, candidate, base, candidate);
	return rows;
}
