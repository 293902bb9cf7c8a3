/* SPDX-License-Identifier: Apache-2.0 */
/* Priority and fairness of an API server, as its model has it: a part of models.h, and read as
 * that is. */
#ifndef MODELS_FAIRNESS_H
#define MODELS_FAIRNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ns.h"

#define FAIR_LEVELS    12
#define FAIR_RESOURCES 16
#define FAIR_USERS     16

/* A priority level: its share of the seats, and who waits for one. */
struct fair_level {
	char name[32];
	uint32_t shares;
	uint32_t queues; /* 0: none, a request without a seat is rejected */
	uint32_t hand;
	uint32_t queue_length;
	uint32_t lendable;  /* percent of its seats, to other levels */
	uint32_t borrowing; /* percent of its seats that it borrows at most; FAIR_NO_LIMIT */
};

#define FAIR_NO_LIMIT UINT32_MAX

struct fairness {
	bool enabled;
	ns_t wait_limit, wait_end;                       /* in a queue: see flow.h */
	ns_t guess;                                      /* the same */
	enum { FAIR_BY_LENGTH, FAIR_BY_SEATS } sharding; /* by_seats there */
	bool watches;                                    /* take a seat until they are open */
	bool sli_without_queues;    /* objectives leave out the time in queues */
	ns_t lend_every;            /* 0: levels lend each other nothing */
	uint32_t objects_per_seat;  /* of a list; 0: it takes one seat */
	uint32_t max_seats;         /* that a list takes */
	uint32_t max_seats_percent; /* and of its level's; 0: any */
	uint32_t n_levels;
	struct fair_level level[FAIR_LEVELS];
	char nodes_level[32];
	uint32_t nodes; /* the level of what kubelets ask */
	uint32_t n_resources;
	struct {
		char resource[48];
		char level_name[32];
		uint32_t level;
	} resource[FAIR_RESOURCES]; /* of what they ask of these */
	uint32_t n_users;
	struct {
		char user[64]; /* a name, or how it begins and '*' */
		char level_name[32];
		uint32_t level;
	} user[FAIR_USERS]; /* who is no kubelet */
};

#endif
