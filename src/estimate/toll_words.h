/* SPDX-License-Identifier: Apache-2.0 */
/* The formula of a row, in words and in symbols.
 *
 * Fills row->words and row->symbols from what else is known of the row.
 */
#ifndef ESTIMATE_TOLL_WORDS_H
#define ESTIMATE_TOLL_WORDS_H

#include "estimate/syncs.h"
#include "estimate/toll.h"

void toll_words(const struct scenario *s, const struct syncs *syncs, struct toll_row *row);

void toll_watch_words(const struct model_watch *w, struct toll_row *row);

/* What the symbols of loops' and watches' formulas mean. */
struct toll_symbol {
	const char *symbol, *means;
};
extern const struct toll_symbol toll_symbols[];
extern const size_t toll_n_symbols;

/* Whether a formula's symbolic part, what stands before its first "=", has that symbol. */
bool toll_uses(const char *formula, const char *symbol);

#endif
