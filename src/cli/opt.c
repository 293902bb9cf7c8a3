/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/ns.h"
#include "base/units.h"

/* getopt_long's value of an option without a letter: its index above every letter. */
_Static_assert(OPT_COUNTS_MAX == 64, "the message below says so");
enum { OPT_BASE = 256, NUMBER_MAX = INT32_MAX };

static int bad_value(const struct opt *o, const char *value, const char *why, struct err *err)
{
	return err_set(err, ERR_INPUT, "--%s '%.100s': %s", o->name, value, why);
}

static int out_of_range(const struct opt *o, const char *value, struct err *err)
{
	char lo[UNITS_TEXT_BYTES], hi[UNITS_TEXT_BYTES];

	if (o->type != OPT_DURATION)
		return err_set(err, ERR_INPUT, "--%s '%.100s': %lld to %lld is allowed",
			o->name, value, (long long)o->min, (long long)o->max);
	return err_set(err, ERR_INPUT, "--%s '%.100s': %s to %s is allowed", o->name, value,
		units_format_duration(lo, sizeof(lo), o->min),
		units_format_duration(hi, sizeof(hi), o->max));
}

static int read_count(const struct opt *o, const char *text, uint32_t *to, struct err *err)
{
	struct err why = {0};
	int64_t value;

	if (units_parse_int(text, o->min, o->max ? o->max : NUMBER_MAX, &value, &why))
		return bad_value(o, text, why.text, err);
	*to = (uint32_t)value;
	return 0;
}

/* "10,30,50" or "10, 30": every one a count, in the order given, none twice. */
static int read_counts(
	const struct opt *o, const char *text, struct opt_counts *to, struct err *err)
{
	struct opt_counts list = {0};

	for (const char *at = text;; at++) {
		size_t len;
		char one[32];

		at += strspn(at, " ");
		len = strcspn(at, ",");
		if (list.n == OPT_COUNTS_MAX)
			return bad_value(o, text, "more than 64 values", err);
		if (len == 0)
			return bad_value(o, text, "a number is missing beside a comma", err);
		(void)snprintf(one, sizeof(one), "%.*s", len < 31 ? (int)len : 31, at);
		if (read_count(o, one, &list.value[list.n], err))
			return ERR_INPUT;
		for (uint32_t i = 0; i < list.n; i++)
			if (list.value[i] == list.value[list.n])
				return bad_value(o, text, "a value stands there twice", err);
		list.n++;
		at += len;
		if (!*at)
			break;
	}
	*to = list;
	return 0;
}

static int read_word(const struct opt *o, const char *text, unsigned *to, struct err *err)
{
	struct str all = {0};
	const char *near;
	unsigned n = 0;

	for (; o->words[n]; n++) {
		if (!strcmp(o->words[n], text)) {
			str_fini(&all);
			*to = n;
			return 0;
		}
		str_addf(&all, "%s%s", n ? ", " : "", o->words[n]);
	}
	near = str_nearest(text, o->words, n);
	(void)err_set(err, ERR_INPUT, "--%s '%.100s': %s is allowed%s%s%s", o->name, text,
		str_text(&all), near ? "; did you mean '" : "", near ? near : "",
		near ? "'?" : "");
	str_fini(&all);
	return ERR_INPUT;
}

static int read_seed(
	const struct opt *o, const char *text, struct opt_seed *to, struct err *err)
{
	struct err why = {0};
	int64_t value;

	if (units_parse_int(text, o->min, o->max ? o->max : INT64_MAX, &value, &why))
		return bad_value(o, text, why.text, err);
	*to = (struct opt_seed){(uint64_t)value, true};
	return 0;
}

int opt_texts_add(struct opt_texts *to, const char *flag, const char *text, struct err *err)
{
	if (to->n == OPT_TEXTS_MAX)
		return err_set(err, ERR_INPUT, "--%s '%.100s': given too often, %d is the most",
			flag, text, OPT_TEXTS_MAX);
	to->text[to->n++] = text;
	return 0;
}

static int read_limited(const struct opt *o, const char *text, int64_t *to, struct err *err)
{
	struct err why = {0};
	int64_t value;

	if (o->type == OPT_DURATION ? units_parse_duration(text, &value, &why)
				    : units_parse_ratio(text, &value, &why))
		return bad_value(o, text, why.text, err);
	if (value < o->min || (o->max && value > o->max))
		return o->type == OPT_RATIO ? bad_value(o, text, "0 to 1 is allowed", err)
					    : out_of_range(o, text, err);
	*to = value;
	return 0;
}

static int read_value(const struct opt *o, const char *text, void *record, struct err *err)
{
	char *to = (char *)record + o->at;

	switch (o->type) {
	case OPT_FLAG:
		*(bool *)(void *)to = true;
		return 0;
	case OPT_TEXT:
	case OPT_OUTPUT:
		if (!*text)
			return bad_value(o, text, "must not be empty", err);
		*(const char **)(void *)to = text;
		return 0;
	case OPT_TEXTS:
		return opt_texts_add((struct opt_texts *)(void *)to, o->name, text, err);
	case OPT_COUNT:
		return read_count(o, text, (uint32_t *)(void *)to, err);
	case OPT_COUNTS:
		return read_counts(o, text, (struct opt_counts *)(void *)to, err);
	case OPT_SEED:
		return read_seed(o, text, (struct opt_seed *)(void *)to, err);
	case OPT_DURATION:
	case OPT_RATIO:
		return read_limited(o, text, (int64_t *)(void *)to, err);
	case OPT_WORD:
		return read_word(o, text, (unsigned *)(void *)to, err);
	}
	assert(false && "an option of no type");
	return ERR_INPUT;
}

/* ------------------------------------------------------------------ parsing */

static int unknown_flag(const struct cmd *cmd, const char *given, struct err *err)
{
	const char *known[OPTS_MAX + 1];
	const char *near;
	char word[64];
	uint32_t n = 0;

	for (uint32_t i = 0; i < cmd->n_opts; i++)
		known[n++] = cmd->opts[i].name;
	known[n++] = "help";
	if (given[0] == '-' && given[1] != '-')
		return err_set(err, ERR_INPUT,
			"%s: no flag '%.3s'; 'nodetoll %s --help' lists them", cmd->name, given,
			cmd->name);
	(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(given + 2, "="), given + 2);
	near = str_nearest(word, known, n);
	if (near)
		return err_set(err, ERR_INPUT, "%s: no flag '--%s'; did you mean '--%s'?",
			cmd->name, word, near);
	return err_set(err, ERR_INPUT, "%s: no flag '--%s'; 'nodetoll %s --help' lists them",
		cmd->name, word, cmd->name);
}

/* getopt_long takes any unambiguous beginning of a name; only the whole is right here. */
static bool is_whole(const char *given, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(given, "--", 2) != 0)
		return true; /* a letter */
	return !strncmp(given + 2, name, len) &&
	       (given[2 + len] == '\0' || given[2 + len] == '=');
}

static void build(const struct cmd *cmd, struct option *longs, char *letters)
{
	uint32_t n = 0;

	assert(cmd->n_opts <= OPTS_MAX);
	*letters++ = ':'; /* a missing value is told from an unknown flag */
	for (; n < cmd->n_opts; n++) {
		const struct opt *o = &cmd->opts[n];

		longs[n] = (struct option){o->name,
			o->type == OPT_FLAG ? no_argument : required_argument, NULL,
			OPT_BASE + (int)n};
		if (!o->letter)
			continue;
		*letters++ = o->letter;
		if (o->type != OPT_FLAG)
			*letters++ = ':';
	}
	longs[n++] = (struct option){"help", no_argument, NULL, 'h'};
	longs[n] = (struct option){0};
	*letters++ = 'h';
	*letters = '\0';
}

static const struct opt *opt_of(const struct cmd *cmd, int found)
{
	if (found >= OPT_BASE)
		return &cmd->opts[found - OPT_BASE];
	for (uint32_t i = 0; i < cmd->n_opts; i++)
		if (cmd->opts[i].letter == found)
			return &cmd->opts[i];
	return NULL;
}

/* The argument in which getopt found its last option. */
static const char *given_at(char **argv)
{
	bool apart = optarg && optind > 1 && optarg == argv[optind - 1];

	return argv[optind - 1 - (apart ? 1 : 0)];
}

static int take(const struct cmd *cmd, int found, char **argv, void *record, bool *seen,
	struct err *err)
{
	const struct opt *o;

	if (found == '?')
		return unknown_flag(cmd, argv[optind - 1], err);
	if (found == ':')
		return err_set(err, ERR_INPUT, "%s: '%.60s' needs a value", cmd->name,
			argv[optind - 1]);
	o = opt_of(cmd, found);
	assert(o);
	if (!is_whole(given_at(argv), o->name))
		return unknown_flag(cmd, given_at(argv), err);
	if (seen[o - cmd->opts] && o->type != OPT_TEXTS)
		return err_set(err, ERR_INPUT, "%s: --%s is given twice", cmd->name, o->name);
	seen[o - cmd->opts] = true;
	return read_value(o, optarg, record, err);
}

/* How many arguments a command takes, by the words that name them. */
struct arity {
	int least, most;
	const char *missing; /* the word of the first that a line with n of them lacks */
	int missing_len;
};

static struct arity arity_of(const struct cmd *cmd, int n)
{
	struct arity a = {0};

	for (const char *word = cmd->argument; *word;) {
		int len = (int)strcspn(word, " ");
		bool many = len > 3 && !strncmp(word + len - 3, "...", 3);

		if (a.most++ == n) {
			a.missing = word;
			a.missing_len = len - (many ? 3 : 0);
		}
		a.least += *word != '[';
		a.most = many ? NUMBER_MAX : a.most;
		word += len + (word[len] == ' ');
	}
	return a;
}

static int take_arguments(const struct cmd *cmd, struct opt_line *line, struct err *err)
{
	int n = line->argc - optind;
	struct arity arity = arity_of(cmd, n);

	line->arguments = line->argv + optind;
	line->n_arguments = (uint32_t)n;
	line->argument = n > 0 ? line->argv[optind] : NULL;
	if (n > arity.most)
		return err_set(err, ERR_INPUT, "%s: '%.100s' is one argument too many",
			cmd->name, line->arguments[arity.most]);
	if (n < arity.least)
		return err_set(err, ERR_INPUT,
			"%s: %.*s is missing; 'nodetoll %s --help' tells more", cmd->name,
			arity.missing_len, arity.missing, cmd->name);
	return 0;
}

static int take_fallbacks(
	const struct cmd *cmd, const bool *seen, void *record, struct err *err)
{
	for (uint32_t i = 0; i < cmd->n_opts; i++)
		if (!seen[i] && cmd->opts[i].fallback &&
			read_value(&cmd->opts[i], cmd->opts[i].fallback, record, err))
			return ERR_INPUT;
	return 0;
}

int opt_parse(const struct cmd *cmd, struct opt_line *line, void *record, struct err *err)
{
	struct option longs[OPTS_MAX + 2];
	char letters[3 * OPTS_MAX + 4];
	bool seen[OPTS_MAX] = {false};
	int found;

	build(cmd, longs, letters);
	line->help = false;
	line->argument = NULL;
	line->n_arguments = 0;
	optind = 0; /* GNU: start anew */
	opterr = 0;
	while ((found = getopt_long(line->argc, line->argv, letters, longs, NULL)) != -1) {
		if (found == 'h') {
			line->help = true;
			return 0;
		}
		if (take(cmd, found, line->argv, record, seen, err))
			return ERR_INPUT;
	}
	if (take_arguments(cmd, line, err))
		return ERR_INPUT;
	return take_fallbacks(cmd, seen, record, err);
}

/* ------------------------------------------------------------------ help */

static void help_row(const struct opt *o, struct str *out)
{
	char left[64];
	char letter[8] = "";

	if (o->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	(void)snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name,
		o->type == OPT_FLAG ? "" : " ", o->type == OPT_FLAG ? "" : o->value);
	str_addf(out, "  %-34s %s", left, o->help);
	if (o->fallback)
		str_addf(out, " (%s)", o->fallback);
	str_add_char(out, '\n');
}

void opt_help(const struct cmd *cmd, struct str *out)
{
	str_addf(out, "nodetoll %s%s%s [options]\n\n%s\n\n", cmd->name,
		*cmd->argument ? " " : "", cmd->argument, cmd->about);
	for (uint32_t i = 0; i < cmd->n_opts; i++)
		help_row(&cmd->opts[i], out);
	str_addf(out, "  %-34s %s\n", "-h, --help", "this text");
}
