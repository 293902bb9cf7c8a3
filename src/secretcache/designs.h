/* SPDX-License-Identifier: Apache-2.0 */
/* The designs behind sc_get and sc_fetched; for src/secretcache only. */
#ifndef SECRETCACHE_DESIGNS_H
#define SECRETCACHE_DESIGNS_H

#include "secretcache/secretcache.h"

enum sc_verdict sc_never_get(struct secretcache *s, uint32_t reader);
enum sc_verdict sc_cache_get(
	struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader, bool *quorum);
bool sc_cache_fetched(struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader,
	enum outcome what, uint32_t *version);
enum sc_verdict sc_watch_get(struct secretcache *s, ns_t now, uint32_t entry, uint32_t reader);
enum sc_verdict sc_bulk_get(struct secretcache *s, ns_t now, uint32_t reader);

void sc_enqueue(struct secretcache *s, uint32_t entry, uint32_t reader);

#endif
