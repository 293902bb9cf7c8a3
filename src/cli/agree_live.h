/* SPDX-License-Identifier: Apache-2.0 */
/* A live run by itself: hollow agents over loopback, and the API server that they need.
 *
 * The server is a child process, so that it has a loop, signals and a processor of its own; it
 * ends with this one, however that ends.  It takes the times of the scenario's API server.
 */
#ifndef CLI_AGREE_LIVE_H
#define CLI_AGREE_LIVE_H

#include "hollow/hollow.h"

/* Run the scenario live; *r and *last as hollow_run.  tell as in hollow_params; NULL: off.
 * ERR_ENV: no process, no port, the server ended early. */
int agree_live(const struct scenario *s, bool (*tell)(void *ctx, const struct hollow_view *v),
	void *ctx, struct fleet_result *r, struct hollow_view *last, struct err *err);

#endif
