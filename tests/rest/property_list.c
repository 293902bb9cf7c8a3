/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a list show one moment, whatever happens between them. */
#include "kit.h"
#include "property.h"

enum { NAMES = 12, CHANGES = 30, BETWEEN = 8 };

static void change(struct property *p, struct kit *k)
{
	char target[96], body[96];
	char name = (char)('a' + property_below(p, NAMES));
	const char *ns = property_below(p, 2) ? "default" : "kube-public";

	(void)snprintf(target, sizeof(target), "/api/v1/namespaces/%s/configmaps/%c", ns, name);
	(void)snprintf(body, sizeof(body),
		"{\"metadata\":{\"name\":\"%c\"},\"data\":{\"v\":\"%u\"}}", name,
		property_below(p, 1000));
	if (property_below(p, 3) == 0) {
		(void)kit_ask(k, "DELETE", target, "");
	} else if (kit_ask(k, "PUT", target, body) == 404) {
		target[strlen(target) - 2] = '\0';
		assert_int_equal(kit_ask(k, "POST", target, body), 201);
	}
}

/* What the last answer lists: namespace, name, version, value of each. */
static void add_items(const struct kit *k, struct str *out)
{
	const struct json *items = json_get(k->body, "items");

	for (size_t i = 0; i < json_size(items); i++) {
		const struct json *o = json_at(items, i);
		const struct json *meta = json_get(o, "metadata");

		str_addf(out, "%s/%s@%s=%s ", json_as_str(json_get(meta, "namespace")),
			json_as_str(json_get(meta, "name")),
			json_as_str(json_get(meta, "resourceVersion")),
			json_as_str(json_get(json_get(o, "data"), "v")));
	}
}

/* Of those behind the page. */
static size_t left(const struct kit *k)
{
	return (size_t)json_as_num(
		json_get(json_get(k->body, "metadata"), "remainingItemCount"));
}

static void pages_show_one_moment(struct property *p)
{
	const char *all = property_below(p, 2) ? "/api/v1/configmaps"
					       : "/api/v1/namespaces/default/configmaps";
	struct str whole = {0}, pages = {0}, exact = {0};
	size_t n, told = 0;
	char target[700], version[24];
	struct kit k;

	kit_init_with(&k, (struct store_limits){1000, 1 << 20, 1000, 1 << 20});
	for (int i = 0; i < CHANGES; i++)
		change(p, &k);
	HOLDS(p, kit_ask(&k, "GET", all, "") == 200);
	add_items(&k, &whole);
	n = kit_items(&k);
	(void)snprintf(
		version, sizeof(version), "%s", kit_text(&k, "metadata.resourceVersion"));
	(void)snprintf(target, sizeof(target), "%s?limit=2", all);
	do {
		HOLDS(p, kit_ask(&k, "GET", target, "") == 200);
		HOLDS(p, !strcmp(kit_text(&k, "metadata.resourceVersion"), version));
		add_items(&k, &pages);
		told += kit_items(&k);
		HOLDS(p, told + left(&k) == n);
		(void)snprintf(target, sizeof(target), "%s?limit=2&continue=%s", all,
			kit_text(&k, "metadata.continue"));
		for (int i = 0; i < BETWEEN; i++)
			change(p, &k);
	} while (target[strlen(target) - 1] != '=');
	HOLDS(p, str_len(&whole) > 0 && !strcmp(str_text(&whole), str_text(&pages)));
	(void)snprintf(target, sizeof(target),
		"%s?resourceVersion=%s&resourceVersionMatch=Exact", all, version);
	HOLDS(p, kit_ask(&k, "GET", target, "") == 200);
	add_items(&k, &exact);
	HOLDS(p, !strcmp(str_text(&whole), str_text(&exact)));
	store_forget(&k.rest.store);
	HOLDS(p, kit_ask(&k, "GET", target, "") == 410);
	str_fini(&whole);
	str_fini(&pages);
	str_fini(&exact);
	kit_fini(&k);
}

static void a_list_in_pages_is_a_snapshot(void **state)
{
	(void)state;
	property_each(50, pages_show_one_moment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_in_pages_is_a_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
