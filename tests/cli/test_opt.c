/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include "tcase.h"

#include <stdio.h>
#include <string.h>

#include "base/ns.h"

struct record {
	bool quick;
	const char *file;
	struct opt_texts sets;
	uint32_t nodes;
	struct opt_counts pods;
	struct opt_seed seed;
	ns_t duration;
	int64_t share;
	unsigned form;
};

static const char *const forms[] = {"text", "json", NULL};

#define AT(member) .at = offsetof(struct record, member)
static const struct opt opts[] = {
	{.name = "quick", .letter = 'q', .type = OPT_FLAG, AT(quick), .help = "in a hurry"},
	{.name = "file",
		.letter = 'f',
		.type = OPT_TEXT,
		.value = "FILE",
		AT(file),
		.help = "a file"},
	{.name = "set", .type = OPT_TEXTS, .value = "P=V", AT(sets), .help = "a setting"},
	{.name = "nodes",
		.type = OPT_COUNT,
		.value = "N",
		.fallback = "5000",
		.min = 1,
		.max = 20000,
		AT(nodes),
		.help = "nodes"},
	{.name = "pods-per-node",
		.type = OPT_COUNTS,
		.value = "N,N",
		.fallback = "10,30",
		.min = 1,
		.max = 1000,
		AT(pods),
		.help = "densities"},
	{.name = "seed",
		.type = OPT_SEED,
		.value = "N",
		.fallback = "1",
		.max = 1000,
		AT(seed),
		.help = "seed"},
	{.name = "duration",
		.type = OPT_DURATION,
		.value = "TIME",
		.fallback = "10m",
		.min = NS_S,
		.max = NS_HOUR,
		AT(duration),
		.help = "time"},
	{.name = "min-within",
		.type = OPT_RATIO,
		.value = "SHARE",
		.fallback = "0.9",
		.max = 1000000,
		AT(share),
		.help = "share"},
	{.name = "output",
		.letter = 'o',
		.type = OPT_WORD,
		.value = "FORM",
		.fallback = "text",
		.words = forms,
		AT(form),
		.help = "form"},
};
static const struct cmd cmd = {
	.name = "try", .argument = "WHAT", .about = "About.", .opts = opts, .n_opts = 9};

enum { ARGUMENTS = 2 * OPT_TEXTS_MAX + 8 };

struct outcome {
	struct record r;
	struct err err;
	const char *argument;
	bool help;
	int code;
};

/* Parses words, separated by blanks. */
static struct outcome parse(const char *words)
{
	struct outcome o = {0};
	struct opt_line line;
	char *argv[ARGUMENTS] = {NULL};
	char *copy = test_malloc(strlen(words) + 1);
	int argc = 0;

	strcpy(copy, words);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	line = (struct opt_line){.argc = argc, .argv = argv};
	o.code = opt_parse(&cmd, &line, &o.r, &o.err);
	o.help = line.help;
	/* what points into the words is compared before they go */
	if (line.argument)
		o.argument = strcmp(line.argument, "it") ? "other" : "it";
	test_free(copy);
	return o;
}

static void what_is_not_given_has_its_fallback(void **state)
{
	struct outcome o = parse("try it");

	(void)state;
	assert_int_equal(o.code, 0);
	assert_string_equal(o.argument, "it");
	assert_int_equal(o.r.nodes, 5000);
	assert_int_equal(o.r.pods.n, 2);
	assert_int_equal(o.r.pods.value[1], 30);
	assert_int_equal(o.r.seed.value, 1);
	assert_int_equal(o.r.duration, 10 * NS_MIN);
	assert_int_equal(o.r.share, 900000);
	assert_int_equal(o.r.form, 0);
	assert_false(o.r.quick);
	assert_null(o.r.file);
}

static void values_stand_apart_or_behind_an_equals_sign(void **state)
{
	struct outcome o =
		parse("try --nodes=7 --set a=b -o json --set c=d it -q --pods-per-node 1,2,3");

	(void)state;
	assert_int_equal(o.code, 0);
	assert_int_equal(o.r.nodes, 7);
	assert_int_equal(o.r.sets.n, 2);
	assert_int_equal(o.r.form, 1);
	assert_true(o.r.quick);
	assert_int_equal(o.r.pods.n, 3);
}

static void refuses(const char *words, const char *expected)
{
	struct outcome o = parse(words);

	assert_int_equal(o.code, ERR_INPUT);
	if (!strstr(o.err.text, expected))
		fail_msg("'%s' says: %s", words, o.err.text);
	assert_null(strchr(o.err.text, '\n'));
}

static void a_misspelt_flag_is_told_the_nearest(void **state)
{
	(void)state;
	refuses("try it --nodse 3", "no flag '--nodse'; did you mean '--nodes'?");
	refuses("try it --pod-per-node=3", "did you mean '--pods-per-node'?");
	refuses("try it --xyzzy", "'nodetoll try --help' lists them");
	refuses("try it -z", "no flag '-z'");
}

static void a_beginning_is_not_the_whole(void **state)
{
	(void)state;
	refuses("try it --node 3", "no flag '--node'; did you mean '--nodes'?");
	refuses("try it --dur=3s", "no flag '--dur'");
}

static void a_wrong_value_is_told_what_is_allowed(void **state)
{
	(void)state;
	refuses("try it --nodes 0", "--nodes '0'");
	refuses("try it --nodes 20001", "20000");
	refuses("try it --nodes 3x", "--nodes '3x'");
	refuses("try it --pods-per-node 10,,30",
		"--pods-per-node '10,,30': a number is missing");
	refuses("try it --pods-per-node 10,", "a number is missing");
	refuses("try it --pods-per-node 10,10", "twice");
	refuses("try it --duration 10", "--duration '10'");
	refuses("try it --duration 2h", "1s to 1h is allowed");
	refuses("try it --min-within 1.5", "0 to 1 is allowed");
	refuses("try it --seed -1", "--seed '-1'");
	refuses("try it --seed 1001", "from 0 to 1000 is allowed");
	refuses("try it -o jsn", "text, json is allowed; did you mean 'json'?");
}

static void one_text_more_than_there_is_room_for_is_told_and_not_dropped(void **state)
{
	struct str words = {0};
	struct outcome o;

	(void)state;
	str_add(&words, "try it");
	for (int i = 0; i < OPT_TEXTS_MAX; i++)
		str_add(&words, " --set a=b");
	o = parse(str_text(&words));
	assert_int_equal(o.code, 0);
	assert_int_equal(o.r.sets.n, OPT_TEXTS_MAX);
	str_add(&words, " --set c=d");
	refuses(str_text(&words), "--set 'c=d': given too often, 256 is the most");
	str_fini(&words);
}

static void what_is_missing_or_too_much_is_named(void **state)
{
	(void)state;
	refuses("try", "WHAT is missing");
	refuses("try it again", "'again' is one argument too many");
	refuses("try it --nodes", "'--nodes' needs a value");
	refuses("try it --nodes 3 --nodes 4", "--nodes is given twice");
}

/* How many arguments a command of such an argument has from words; -1: the message. */
static int arguments_of(const char *argument, const char *words, const char *expected)
{
	struct cmd many = cmd;
	char *argv[ARGUMENTS] = {NULL};
	struct opt_line line;
	struct record r = {0};
	struct err err = {0};
	char copy[100];
	int argc = 0;

	many.argument = argument;
	(void)snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	line = (struct opt_line){.argc = argc, .argv = argv};
	if (!opt_parse(&many, &line, &r, &err)) {
		assert_true(!line.n_arguments || line.arguments[0] == line.argument);
		return (int)line.n_arguments;
	}
	if (!expected || !strstr(err.text, expected))
		fail_msg("'%s' lacks '%s'", err.text, expected ? expected : "a reason");
	return -1;
}

static void arguments_are_as_many_as_words_name_them(void **state)
{
	(void)state;
	assert_int_equal(arguments_of("", "try", NULL), 0);
	assert_int_equal(arguments_of("BASE CANDIDATE", "try a b", NULL), 2);
	assert_int_equal(arguments_of("BASE CANDIDATE", "try a", "CANDIDATE is missing"), -1);
	assert_int_equal(arguments_of("BASE CANDIDATE", "try", "BASE is missing"), -1);
	assert_int_equal(
		arguments_of("BASE CANDIDATE", "try a b c", "'c' is one argument too"), -1);
	assert_int_equal(arguments_of("[BASE] [CANDIDATE]", "try", NULL), 0);
	assert_int_equal(arguments_of("[BASE] [CANDIDATE]", "try --quick a", NULL), 1);
	assert_int_equal(arguments_of("FEATURE...", "try a b c d", NULL), 4);
	assert_int_equal(arguments_of("FEATURE...", "try", "FEATURE is missing"), -1);
}

static void help_needs_nothing_else(void **state)
{
	struct outcome o = parse("try --help");
	struct str text = {0};

	(void)state;
	assert_int_equal(o.code, 0);
	assert_true(o.help);
	opt_help(&cmd, &text);
	for (uint32_t i = 0; i < cmd.n_opts; i++) {
		assert_non_null(strstr(str_text(&text), opts[i].name));
		if (opts[i].fallback)
			assert_non_null(strstr(str_text(&text), opts[i].fallback));
	}
	str_fini(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_given_has_its_fallback),
		cmocka_unit_test(values_stand_apart_or_behind_an_equals_sign),
		cmocka_unit_test(a_misspelt_flag_is_told_the_nearest),
		cmocka_unit_test(a_beginning_is_not_the_whole),
		cmocka_unit_test(a_wrong_value_is_told_what_is_allowed),
		cmocka_unit_test(one_text_more_than_there_is_room_for_is_told_and_not_dropped),
		cmocka_unit_test(what_is_missing_or_too_much_is_named),
		cmocka_unit_test(arguments_are_as_many_as_words_name_them),
		cmocka_unit_test(help_needs_nothing_else),
	};

	return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
