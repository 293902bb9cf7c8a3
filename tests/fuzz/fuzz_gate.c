/* SPDX-License-Identifier: Apache-2.0 */
/* Any line is a gate or a fault inside it; a gate's measure prints to one that reads the same.
 */
#include "report/gate.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct gate *g, struct arena *mem)
{
	struct gate_fault fault;
	struct str text = {0};
	struct gate same;
	int code;

	measure_name(&g->measure.of, g->measure.stat, &text);
	str_addf(&text, " %s +5%%", gate_op_name(g->op));
	code = gate_parse(str_text(&text), "Result", mem, &same, &fault);
	assert(code == 0);
	assert(same.measure.stat == g->measure.stat && same.op == g->op);
	for (unsigned l = 0; l < MEASURE_LABELS; l++)
		assert(!g->measure.of.label[l] ||
			!strcmp(g->measure.of.label[l], same.measure.of.label[l]));
	str_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const verbs[] = {"get"};
	static const struct gate_words words[] = {{"verb", verbs, 1}};
	const struct gate_value one = {MEASURE_IS, 1}, none = {MEASURE_UNKNOWN, 0};
	struct measure_points points = {0};
	struct gate_fault fault;
	struct arena mem;
	struct gate g;
	char *text;

	arena_init(&mem, 0);
	text = arena_strndup(&mem, (const char *)data, size);
	if (gate_parse(text, "Result", &mem, &g, &fault)) {
		assert(fault.text[0] && fault.at <= strlen(text));
	} else {
		(void)gate_check(&g, &points, words, 1, &fault);
		assert(gate_judge(&g, &one, &one).verdict != GATE_BLIND);
		assert(gate_judge(&g, &none, &none).verdict == GATE_BLIND);
		if (strlen(text) < GATE_TEXT_MAX / 2)
			again(&g, &mem);
	}
	arena_fini(&mem);
	return 0;
}
