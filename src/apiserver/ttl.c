/* SPDX-License-Identifier: Apache-2.0 */
#include "apiserver/ttl.h"

void ttl_init(struct ttl_controller *c, const struct apiserver_model *model)
{
	*c = (struct ttl_controller){.model = model};
}

void ttl_node_added(struct ttl_controller *c)
{
	c->nodes++;
	if (c->step + 1 < c->model->n_ttl_steps &&
		c->nodes > c->model->ttl_steps[c->step].size_max)
		c->step++;
}

void ttl_node_deleted(struct ttl_controller *c)
{
	c->nodes -= c->nodes > 0;
	if (c->step > 0 && c->nodes < c->model->ttl_steps[c->step].size_min)
		c->step--;
}

ns_t ttl_annotation(const struct ttl_controller *c)
{
	if (!c->model->ttl_controller || c->model->n_ttl_steps == 0)
		return -1;
	return c->model->ttl_steps[c->step].ttl;
}

ns_t ttl_of_size(const struct apiserver_model *model, uint32_t nodes)
{
	struct ttl_controller c;

	ttl_init(&c, model);
	for (uint32_t i = 0; i < nodes; i++)
		ttl_node_added(&c);
	return ttl_annotation(&c);
}

ns_t ttl_of(const struct scenario *s)
{
	if (s->ttl_annotation != -1)
		return s->ttl_annotation;
	return ttl_of_size(&s->apiserver, s->cluster_nodes ? s->cluster_nodes : s->nodes);
}
