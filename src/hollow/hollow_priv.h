/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a run of hollow agents.  For src/hollow only. */
#ifndef HOLLOW_HOLLOW_PRIV_H
#define HOLLOW_HOLLOW_PRIV_H

#include <event2/event.h>
#include <string.h>

#include "base/skim.h"
#include "base/str.h"
#include "fleet/node.h"
#include "hollow/hollow.h"

enum {
	HOLLOW_NAME = 64,
	HOLLOW_POD_NAME = 96,
	HOLLOW_UID = 40,
	HOLLOW_VERSION = 24,
	HOLLOW_USER_AGENT = 96,
	HOLLOW_NAMESPACES = 4096
};

/* A pod of the server, in a place of the agent's. */
struct hollow_pod {
	char *name;                 /* owned; NULL: the place was never taken */
	char *containers, *objects; /* owned: lines of NAME<tab>IMAGE, of RESOURCE/NAME */
	char uid[HOLLOW_UID];
	uint64_t seen;       /* a fingerprint of the status that the watch showed */
	int64_t started_at;  /* seconds since 1970 */
	int64_t grace;       /* seconds that it has to end, as told when it was last to */
	uint32_t namespace;  /* index in the swarm's */
	uint32_t told;       /* the agent was told of that status */
	uint32_t sent;       /* a status on its way */
	uint32_t wrote;      /* the one that arrived last */
	uint32_t shown;      /* the status that the hollow's `shown` is of */
	uint32_t generation; /* of the script's, if it is ours */
	bool there;          /* the watch has told of it, and not of its end */
	bool listed;         /* mark of a LIST */
	bool ours;           /* the script made it */
	bool made;           /* and it was not there before */
	bool coming;         /* and its creation is not through */
	bool unwanted;       /* to be deleted once it is */
	bool writing;        /* `sent` is under way */
	bool deleting;
	bool counts;      /* among those that run */
	bool is_shown;    /* `shown` is of some status */
	bool has_address; /* as that status tells */
};

struct swarm;

/* An object that users make for a node, since features ask for its kind. */
struct asked_own {
	const char *resource; /* as one of the calls names it */
	char version[HOLLOW_VERSION];
	bool made; /* it was not there before */
};

/* One node. */
struct hollow {
	struct node node; /* first: world callbacks get it */
	struct swarm *swarm;
	struct hollow_pod *pod; /* [places] */
	uint16_t *before;       /* [places * containers] instances that earlier pods had */
	record_t *shown;        /* [places * containers] as the last status tells of them */
	uint64_t *watched;      /* [reflectors] resource versions */
	struct flight *flights; /* under way, a list */
	uint32_t closed[CONNECTIONS];  /* how often each connection was */
	uint32_t watches_ended;        /* the agent's, when it was looked at */
	uint32_t unplaced;             /* pods that found no place at the last LIST */
	uint32_t turn;                 /* the pod that a feature asked for last */
	uint32_t asked;                /* what features wrote so far */
	bool missed;                   /* a pod's change: its watch has to begin anew */
	struct asked_own *own;         /* [the swarm's n_own] */
	struct event_told *told_again; /* owned; a list: events told more than once */
	struct event_pod *gone;        /* owned; a list: pods of which some wait to be told */
	bool made_node, made_lease;    /* they were not there before */
	bool is_told;                  /* the server has had its status */
	bool is_refused;               /* and has refused it since it took one: 401, 403 */
	ns_t heard_at;                 /* its last status or lease that the server took */
	char name[HOLLOW_NAME], uid[HOLLOW_UID];
	char lease[HOLLOW_VERSION], version[HOLLOW_VERSION]; /* resource versions */
};

/* A request of a node's agent. */
struct flight {
	struct flight *before, *after;
	struct hollow *hollow;
	struct wire_call *call;
	struct node_request q;
	ns_t opened_at;
	uint32_t told; /* lines of a watch */
	bool opened, is_gone, is_garbled;
};

/* An object that was made in a namespace that was there before. */
struct made_object {
	const char *path;
	struct made_object *next;
};

enum { STOCK_WAITING, STOCK_STARTS, STOCK_CHUNKS, STOCK_JOBS, STOCKS };

/* A request as it is put on the wire. */
struct address {
	const char *method;
	const char *media; /* NULL: JSON */
	struct str path, body;
	uint32_t connection; /* of its node: models.h, client_connection */
	bool stream;
};

struct swarm {
	const struct hollow_params *params;
	struct fleet_params run;
	struct scenario scenario; /* the caller's, but for its start */
	struct node_plan plan;
	struct fleet_result *result;
	struct arena mem;
	struct event_base *base;
	struct wire *wire;
	struct address address; /* address_new's */
	struct hollow **hollow;
	struct wakes due; /* a node a slot */
	struct event *timer, *ticker;
	ns_t armed_for;   /* the timer; NS_NEVER: it is not */
	int64_t zero;     /* of the machine's clock; -1: the agents have not started */
	int64_t asked_at; /* the first request, of that clock */
	int64_t began;    /* seconds since 1970 */
	struct metrics *metrics;
	char *namespace[HOLLOW_NAMESPACES];
	uint32_t n_namespaces;
	bool *made_namespace; /* [workload.namespaces] */
	struct made_object *made_objects;
	struct {
		uint32_t namespaces, nodes, others;
	} kept;         /* what was there before */
	char mark[17];  /* of this run, in what it makes */
	uint32_t n_own; /* kinds of objects that are made for nodes */
	struct chore *first_chore, **last_chore, *free_chores;
	struct stock *stock; /* [STOCKS] what nodes take and give back */
	uint32_t chores_under_way;
	uint32_t chores_spared;  /* so many fewer at once than there may be */
	int64_t done_at;         /* the last chore, of the machine's clock */
	char tried[HOLLOW_SAID]; /* the chore of the set-up that was last begun or failed */
	void (*phase)(struct swarm *s); /* when all chores are done */
	struct hollow_view view;
	char user_agent[HOLLOW_USER_AGENT]; /* of kubelets */
	struct err *err;
	int code;             /* why it ended */
	uint16_t answered_by; /* the code of the answer that is being dealt with */
	uint32_t told;        /* nodes whose status the server has had */
	bool has_answered;    /* the server, a user */
	bool stops, drained, ended;
};

/* swarm.c: time, and nodes in it */
int64_t swarm_clock(void);
/* The peer of the wire that a node's connection is. */
uint32_t swarm_peer(const struct hollow *h, uint32_t connection);
ns_t swarm_now(const struct swarm *s);
/* All that is due on the node, then it waits. */
void swarm_run_node(struct hollow *h, ns_t now);
void swarm_fail(struct swarm *s, int code); /* err is filled */
void swarm_next_timer(struct swarm *s);
/* It stops: if nothing is under way any more, what comes then. */
void swarm_drained(struct swarm *s);

/* flights.c: a node's requests */
void flights_send(struct hollow *h, ns_t now);
void flights_hang_up(struct hollow *h, ns_t now);
/* Watches whose reflectors were stopped. */
void flights_stop_watches(struct hollow *h, ns_t now);
/* The run is over: requests that nobody has answered yet are under way. */
void flights_remain(struct hollow *h);
void flights_end_watches(struct hollow *h);
void flights_drop(struct hollow *h);

/* answers.c: what they are worth */
void answers_begin(struct swarm *s);
/* Why a 2xx answer cannot be read: "no JSON", "no such kind"; NULL: it can. */
const char *answer_unreadable(const struct call_name *call, const char *body, size_t len);
/* The message of a body that has one, behind a colon; else nothing. */
void answer_message(const char *body, char *to, size_t size);
/* As an audit log counts: once each, a watch when it opens. */
void answer_counts(const struct hollow *h, ns_t now, uint16_t call, const struct wire_answer *a,
	const char *unreadable);
/* Only the first time, of each word. */
void swarm_say(struct swarm *s, enum hollow_word word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* address.c: what a request is on the wire */
/* The one that is being written, as empty as it begins: its texts are the swarm's, and stay
 * until another is. */
struct address *address_new(struct swarm *s, const char *method);
/* Send it; h: in its name, NULL: in that of users.  NULL: it could not be sent. */
struct wire_call *swarm_put_on_wire(struct swarm *s, const struct hollow *h,
	const struct address *a, ns_t timeout, const struct wire_hooks *hooks, void *ctx);
/* False: it has no address, nothing is sent. */
bool address_of(struct hollow *h, const struct node_request *q, struct address *a);
/* Where a resource[.group][/subresource] is: "/api/v1/namespaces/NS/RESOURCE"; namespace NULL:
 * of all, or of none.  One that nobody knows is of its group's v1, or of the core's. */
void address_path(struct str *out, const char *resource, const char *namespace);
/* The name of the object that the key of the workload's object stands for, and its namespace;
 * false: the pod has none. */
bool object_name(const struct hollow *h, uint32_t object, uint32_t key, struct str *name,
	uint32_t *namespace);

/* Whether a call's resource[/subresource] is of that one. */
static inline bool resource_is(const char *resource, const char *base)
{
	size_t len = strlen(base);

	return !strncmp(resource, base, len) && (!resource[len] || resource[len] == '/');
}

/* asked.c: what features ask for.  A request of a loop is about no pod in particular: whose
 * turn it is, REQUEST_NO_POD if the node never had one. */
uint32_t asked_pod(struct hollow *h);
/* Whether it is about an object that users make for it, one a node, and the request then. */
bool asked_is_own(const struct hollow *h, const struct node_request *q);
void asked_address(struct hollow *h, const struct node_request *q, struct address *a);
/* Chores that make these objects (in namespace default, if they are in any), and that delete
 * them; one that a server does not take is missed by nobody. */
void asked_objects(struct swarm *s);
void asked_objects_end(struct swarm *s);
/* That which a request is about; NULL: none that is there.  It is read again after somebody
 * else has written it. */
struct asked_own *asked_own_of(const struct hollow *h, const struct node_request *q);
void asked_read_again(const struct hollow *h, struct asked_own *own);
/* ERR_INPUT: some call has no live side. */
int asked_check(const struct swarm *s);
/* Asked and answered, and nothing is done. */
#define ASKED_FOR_SHOW "?dryRun=All"
/* Patches that change a pod, and nothing that its kubelet reads. */
void body_condition(struct hollow *h, struct str *out);
void body_annotation(struct hollow *h, struct str *out);

/* bodies.c: objects as JSON */
void body_node(const struct hollow *h, struct str *out);
bool node_says_ready(const struct hollow *h); /* in its conditions */
void body_node_status(const struct hollow *h, struct str *out);
void body_lease(const struct hollow *h, struct str *out);
void body_pod(const struct hollow *h, uint32_t pod, const char *name, const char *namespace,
	struct str *out);
void pod_show(struct hollow *h, uint32_t pod, uint32_t status); /* before body_status */
void body_status(const struct hollow *h, uint32_t pod, uint32_t status, struct str *out);
void body_delete(const char *uid, int64_t grace, struct str *out);
void body_namespace(const struct swarm *s, const char *name, struct str *out);
void body_object(const char *kind, const char *name, const char *namespace, struct str *out);

/* What is asked, whichever of the node's clients asks. */
static inline uint16_t request_of(const struct hollow *h, const struct node_request *q)
{
	return h->swarm->scenario.calls.alike[q->call];
}

/* events.c: a request that tells of one, path and body */
void event_address(struct hollow *h, const struct node_request *q, struct address *a);
/* Another pod will be in the place: what waits to be told is about the one that is there now,
 * whose texts are the list's then. */
void events_outlive(struct hollow *h, uint32_t place);
void events_fini(struct hollow *h);

/* others.c: statuses that somebody else has written since */
bool node_is_overwritten(const struct hollow *h, const char *text, size_t len);
bool pod_is_overwritten(struct skim status);

/* pods.c: what LISTs and watches tell of pods */
void pods_listed(struct hollow *h, ns_t now, const char *text, size_t len);
void pods_told(struct hollow *h, ns_t now, struct skim event);
const char *pod_namespace(const struct hollow *h, uint32_t pod);
uint32_t swarm_namespace(struct swarm *s, const char *name);
void pods_fini(struct hollow *h);
void pod_forget(struct hollow *h, uint32_t pod);
/* A copy that free() takes back. */
char *text_copy(const char *text);

/* The first "resourceVersion" of a text, "" if it has none; and as a number. */
void version_scan(const char *text, char version[HOLLOW_VERSION]);
uint64_t version_number(const char *version);

/* metrics.c: counters over HTTP.  ERR_ENV: the address cannot be had. */
int metrics_begin(struct swarm *s, struct err *err);
void metrics_end(struct swarm *s);

/* users.c: who makes namespaces, objects, nodes and pods */
extern const struct node_world users_world;
void users_begin(struct swarm *s); /* everything that has to be there before agents start */

/* cleanup.c: delete what was made, if that is wanted */
void users_end(struct swarm *s);

/* chores.c: the queue of what users do */
struct chore;
void chores_next(struct swarm *s);
/* Each second: a set-up of which nothing comes is said, and not tried for ever. */
void chores_look(struct swarm *s);
void chores_drop(struct swarm *s); /* those that have not begun */

#endif
