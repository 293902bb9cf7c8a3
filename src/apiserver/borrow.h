/* SPDX-License-Identifier: Apache-2.0 */
/* Seats that priority levels lend each other (since 1.26).
 *
 * Every ten seconds all seats are shared out anew, in proportion to what each level has asked
 * for lately, but no level gets less than it needed in these ten seconds or may keep, nor more
 * than it may borrow (flowcontrol/apf_controller.go updateBorrowingLocked, conc_alloc.go
 * computeConcurrencyAllocation; KEP-1040).  Integers only: what is there a float is here in
 * thousandths of a seat.
 */
#ifndef APISERVER_BORROW_H
#define APISERVER_BORROW_H

#include <stdint.h>

#include "base/ns.h"

/* What a level asks for, over time: seats in use and waited for. */
struct seat_demand {
	uint32_t n, max;
	ns_t at, since;
	uint64_t sum, squares; /* of n and of n * n, times ns, since then */
	uint64_t smoothed;     /* thousandths of a seat */
};

/* A level: min <= nominal <= max. */
struct borrower {
	uint32_t nominal; /* its part of all seats */
	uint32_t min;     /* of these, what it need not lend */
	uint32_t max;     /* with all that it may borrow */
	uint32_t seats;   /* now */
	struct seat_demand demand;
};

/* It asks for n seats from `now` on. */
static inline void borrower_asks(struct borrower *b, ns_t now, uint32_t n)
{
	struct seat_demand *d = &b->demand;
	uint64_t passed = (uint64_t)(now - d->at);

	d->sum += passed * d->n;
	d->squares += passed * d->n * d->n;
	d->at = now;
	d->n = n;
	d->max = n > d->max ? n : d->max;
}

/* Share the seats of these levels out anew. */
void borrow_adjust(struct borrower *const level[], uint32_t n, ns_t now);

#endif
