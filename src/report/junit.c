/* SPDX-License-Identifier: Apache-2.0 */
#include "report/junit.h"

#include "report/html.h"

void junit_fini(struct junit *junit)
{
	str_fini(&junit->cases);
	str_fini(&junit->rests);
}

void junit_case(struct junit *junit, const char *group, const char *name,
	enum junit_verdict verdict, const char *what)
{
	struct str *out = &junit->cases;

	junit->of[verdict]++;
	str_add(out, "    <testcase classname=\"");
	html_escape(group, out);
	str_add(out, "\" name=\"");
	html_escape(name, out);
	str_add(out, "\">\n      ");
	if (verdict == JUNIT_PASSED) {
		str_add(out, "<system-out>");
		html_escape(what, out);
		str_add(out, "</system-out>");
	} else {
		str_addf(
			out, "<%s message=\"", verdict == JUNIT_FAILED ? "failure" : "skipped");
		html_escape(what, out);
		str_add(out, "\"/>");
	}
	str_add(out, "\n    </testcase>\n");
}

void junit_finish(const struct junit *junit, const char *suite, struct str *out)
{
	const unsigned *of = junit->of;

	str_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		     "  <testsuite name=\"");
	html_escape(suite, out);
	str_addf(out, "\" tests=\"%u\" failures=\"%u\" errors=\"0\" skipped=\"%u\">\n",
		of[JUNIT_PASSED] + of[JUNIT_FAILED] + of[JUNIT_SKIPPED], of[JUNIT_FAILED],
		of[JUNIT_SKIPPED]);
	if (str_len(&junit->rests)) {
		str_add(out, "    <properties>\n      <property name=\"rests on\" value=\"");
		html_escape(str_text(&junit->rests), out);
		str_add(out, "\"/>\n    </properties>\n");
	}
	str_add(out, str_text(&junit->cases));
	str_add(out, "  </testsuite>\n</testsuites>\n");
}
