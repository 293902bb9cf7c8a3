/* SPDX-License-Identifier: Apache-2.0 */
/* What a result checks, as JUnit XML: one suite, a case a check.
 *
 * For servers that show tests.  Where a kind of result has no limits its rows are cases that
 * passed, with their figures as output.
 */
#ifndef REPORT_JUNIT_H
#define REPORT_JUNIT_H

#include "base/str.h"

enum junit_verdict { JUNIT_PASSED, JUNIT_FAILED, JUNIT_SKIPPED };

/* Read and written by junit.c only; zeroed is empty. */
struct junit {
	struct str cases;
	struct str rests; /* what its figures rest on, in a sentence */
	unsigned of[3];   /* by verdict */
};

void junit_fini(struct junit *junit);

/* A case: of which group ("api"), its name, and in a sentence what came out. */
void junit_case(struct junit *junit, const char *group, const char *name,
	enum junit_verdict verdict, const char *what);

/* The document of a suite of that name. */
void junit_finish(const struct junit *junit, const char *suite, struct str *out);

#endif
