/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result_run.h"

#include "cli/common.h"
#include "cli/result_classes.h"
#include "cli/result_closed.h"
#include "cli/result_json.h"

struct json *result_of(const struct result_run *run, const struct fleet_result *r)
{
	const struct scenario *s = run->scenario;
	struct json *result = common_result("Result");
	struct json *metadata = json_object(), *features = json_array(), *servers = NULL;

	json_put_str(metadata, "name", s->name);
	json_put(result, "metadata", metadata);
	for (uint32_t i = 0; i < s->n_features; i++)
		json_append(features, json_str(s->feature[i]));
	json_put(result, "features", features);
	json_put_int(result, "seed", (int64_t)s->seed);
	json_put_int(result, "nodes", s->nodes);
	json_put_int(result, "podsPerNode", s->workload.pods);
	json_put_num(result, "warmupSeconds", (double)s->warmup / 1e9);
	json_put_num(result, "durationSeconds", (double)s->duration / 1e9);
	json_put_str(result, "kubelet", s->kubelet.name);
	json_put_str(result, "containerRuntime", s->runtime.name);
	result_put_measurements(result, s, r);
	if (run->live) {
		json_set(result, "storage", json_null()); /* clients do not see etcd */
		json_put(result, "live", run->live);
	}
	json_put(result, "closedForm", result_closed(s, result, &servers));
	json_put(result, "closedFormServers", servers ? servers : json_null());
	json_put(result, "classes",
		run->origins ? result_classes(s, run->spec, run->origins, result)
			     : json_array());
	json_put(result, "scenario", origin_json(run->origins, run->spec));
	return result;
}

int result_run(const struct result_run *run, struct json **result, struct err *err)
{
	const struct scenario *s = run->scenario;
	struct fleet_result r = {0};
	struct fleet_params p;
	int code;

	fleet_params_init(&p, s, run->threads);
	p.times = true;
	p.ctx = run->ctx;
	p.progress = run->progress;
	p.trace = run->trace;
	p.trace_node = run->trace_node;
	code = fleet_run(&p, &r, err);
	if (code)
		return code;
	*result = result_of(run, &r);
	if (run->steps)
		*run->steps = r.steps;
	fleet_result_fini(&r);
	return 0;
}
