/* SPDX-License-Identifier: Apache-2.0 */
/* What each call of a node costs, in closed form: a row for every call of every loop, for every
 * standing watch and for every mechanism of the kubelet, with its formula.
 *
 * From the same model that is simulated: a feature's rows are those that carry its name.  Rates
 * are per second and node, over a long time, where nothing waits.  Where something does, for a
 * client's limiter or for its own last round, or where pods are replaced faster than a node
 * can, the row says why it does not hold.  Basic arithmetic only, so that every machine prints
 * the same bytes.
 */
#ifndef ESTIMATE_TOLL_H
#define ESTIMATE_TOLL_H

#include "base/arena.h"
#include "models/models.h"

enum { TOLL_ROWS = 320, TOLL_TEXT = 200 };

enum toll_kind {
	TOLL_LOOP,  /* a call of a loop */
	TOLL_WATCH, /* a standing watch that ends and is opened again */
	TOLL_MECHANISM
};

struct toll_row {
	enum toll_kind kind;
	const char *name;    /* of the loop, watch or mechanism */
	const char *feature; /* "": the kubelet's own */
	uint16_t call;       /* CALLS_MAX: several of a mechanism */
	bool runtime;        /* else a request */
	bool hidden;         /* the kubelet's own metric does not see it */
	bool varies;         /* its rounds are apart by chance, not by a clock */
	bool of_lives;       /* it hangs on how often pods come and go */
	bool elsewhere;      /* its client is one for the cluster, a node sends its part */
	double even; /* the share of its rounds that follows at once upon pods at an even pace
		      */
	bool paced;  /* a loop's rate knows how long its limiter keeps it waiting */
	const struct model_loop *loop; /* loops only */
	const struct model_call *made; /* the same: its call */
	enum client client;
	enum trigger trigger;
	enum call_scope scope;
	uint32_t repeats; /* a loop's: so many calls of it are alike, and this row is of all */
	double of;        /* of so many in a round times is a share of each, loops only */
	double times;     /* in a round, of a node that has it */
	double rounds;    /* in which it is made, a second */
	double looked;    /* of a loop, loops only: those that leave it out as well */
	double period;    /* seconds from one to the next as stated; 0: upon every event */
	double nodes;     /* share of the nodes that have it */
	double rate;      /* a second and node */
	double nominal;   /* with the stated period: no drift, jitter or ticks */
	double bytes;     /* of one; 0: not known */
	const struct model_watch *watch; /* a watch: which one; NULL: it is none */
	double told;                     /* a watch: events a second that it is told */
	const char *untold;              /* why that is not known; NULL: it is */
	double hear;       /* a watch: as many of the cluster are told of one change */
	double listed;     /* a watch: objects that it lists first; 0: not known */
	double took;       /* seconds that one takes */
	double waits;      /* seconds that a paced round becomes later since requests wait */
	double held_back;  /* that one ends later which finds its limiter full, loops only */
	bool held;         /* it comes as often as its limiter lets it, which it has alone */
	double by_etcd;    /* share of them that asks for what etcd has; writes do so anyway */
	double failing;    /* a second and node while each request is answered by an error, */
	double rejected;   /* or by a 429 with a Retry-After; of a round's first request */
	const char *fails; /* why the rate is no more than a guess; NULL: it is more */
	double sure;       /* of the rate, where something fails */
	double at_least;   /* rate, or what is sure of it: a sum of these is below the sum */
	double asks; /* what is sure of what it would send if nothing waited for limiters */
	const char *doubt; /* why that is not all; NULL: it is */
	char words[TOLL_TEXT];
	char symbols[TOLL_TEXT];
	char if_it_fails[TOLL_TEXT]; /* whether it is retried; "": it is no request of a loop */
};

struct toll {
	uint32_t n;
	struct toll_row row[TOLL_ROWS];
};

/* All rows of the scenario.  ttl is what its nodes' annotation says (-1: none).  Texts live as
 * long as the scenario and mem, where the memory for the work comes from. */
void toll_of(const struct scenario *s, ns_t ttl, struct arena *mem, struct toll *out);

/* What one node of a row can send within one second, if all comes together: a round of a loop,
 * or an event of every pod of the node at once.  Its limiter and the time that calls take
 * bound it. */
double toll_together(const struct scenario *s, const struct toll_row *row);

/* The busiest second of so many nodes.  aligned: all in the same second.  spread: at phases of
 * their own, the busiest of ten minutes on average: what a second has of a node at any phase
 * of its round, its mean, spread and skewness, and the largest of as many seconds as differ
 * (those of a clock's rounds come again).  None is busier than aligned. */
double toll_aligned(const struct scenario *s, const struct toll_row *row, double nodes);
double toll_spread(const struct scenario *s, const struct toll_row *row, double nodes);

/* Whether what the row sends passes that client's limiter. */
bool toll_passes(const struct toll_row *row, enum client client);

/* The share of the nodes that a row's rate is of, where one of them has a limiter: of a client
 * for the cluster all count. */
double toll_part(const struct toll_row *row);

/* Requests a second that pass the client's limiter on a node that has all features, of all rows
 * or of the kubelet's own.  Of a client for the cluster, on average of all nodes. */
double toll_of_client(const struct toll *toll, enum client client, bool own);

/* What is sure of what they would ask for if nothing waited for limiters, of the kubelet's own
 * rows or of those of features. */
struct toll_asked {
	double rate;
	double pressing; /* of it, by those of whom the next asks before the last has left */
	const char *why; /* it is no more than the least; NULL: it is all */
};

struct toll_asked toll_asked_of(const struct toll *toll, enum client client, bool own);

/* What goes through, where its limiter lets so much through; < 0: nobody knows. */
double toll_through(const struct toll *toll, enum client client, double limit);

#endif
