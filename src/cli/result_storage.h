/* SPDX-License-Identifier: Apache-2.0 */
/* What etcd stores, what kubelets have written to it, and what watchers were told of that. */
#ifndef CLI_RESULT_STORAGE_H
#define CLI_RESULT_STORAGE_H

#include "base/json.h"
#include "fleet/fleet.h"
#include "models/models.h"

/* By resource, and all together; null if the API server's model knows no sizes.  The caller
 * owns it. */
struct json *result_storage(const struct scenario *s, const struct fleet_result *r);

#endif
