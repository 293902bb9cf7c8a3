#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# report.sh NODETOLL: a saved result is the command's own output, in every form.
. "$(dirname "$0")/tap.sh"
. "$(dirname "$0")/server.sh"
nodetoll=$1
root=$(cd "$(dirname "$0")/../.." && pwd)

run_contrast() {
	"$nodetoll" contrast --nodes 3 --pods-per-node 5,10 --duration 30s --warmup 10s "$@"
}

run_simulate() {
	"$nodetoll" simulate density-1000 --set nodes=20 --set duration=60s "$@"
}

# With a client that is no kubelet's, and pods that come and go.
run_load() {
	"$nodetoll" simulate load-1000 --set nodes=20 --set duration=60s "$@"
}

run_estimate() {
	"$nodetoll" estimate kube-proxy heapster "$@"
}

run_incidents() {
	"$nodetoll" incidents run kubelet-limiter exec-probes "$@"
}

run_compare() {
	"$nodetoll" compare quiet-5000x30 kubelet:v1.12 --set nodes=3 --set duration=30s \
		--set warmup=5s --seeds 2 "$@"
}

run_sweep() {
	"$nodetoll" sweep start-100-limit --set nodes=1 --set duration=2m --vary workload.pods=2,7,12 "$@"
}

run_validate() {
	"$nodetoll" validate "$root/tests/recordings/kubelet-1.20.2-containerd-30.json" --seeds 2 \
		--min-within 0 "$@"
}

# On sockets, so no two runs are the same; it is saved whether they agree or not.
save_agree() {
	"$nodetoll" agree density-100 --set nodes=1 --set workload.pods=3 --set duration=3s \
		--set warmup=1s --seeds 2 -f "$scratch/run_agree.json" >/dev/null 2>&1
	test -s "$scratch/run_agree.json"
}

# What it prints when it ends, and not its URL before.
run_serve() {
	serve "$@"
	for path in api/v1/pods api/v1/nodes nowhere; do
		curl -s --max-time 20 -o "$scratch/body" "$url/$path"
	done
	stop && cat "$scratch/counts"
}

# same_bytes RUN FORM: the report of the saved result is what the command prints.
same_bytes() {
	"$1" -o "$2" >"$scratch/own" && "$nodetoll" report "$scratch/$1.json" -o "$2" >"$scratch/report" &&
		test -s "$scratch/own" && cmp "$scratch/own" "$scratch/report"
}

is_whole_page() {
	"$nodetoll" report "$scratch/$1.json" -o html -f "$scratch/$1.html" &&
		head -1 "$scratch/$1.html" | grep -q '^<!DOCTYPE html>' &&
		tail -1 "$scratch/$1.html" | grep -q '^</html>'
}

# Nothing that a browser would fetch: sources, links to elsewhere, imports.
loads_nothing() {
	sed '/^<!--$/,/^-->/d' "$scratch/$1.html" | grep -vF 'www.chartjs.org' >"$scratch/page"
	! grep -oE '(src|href)="[^#][^"]*"|url\([^)]*\)|@import' "$scratch/page"
}

is_small_and_quick() {
	began=$(date +%s%N)
	"$nodetoll" report "$scratch/large.json" -o html -f "$scratch/large.html" || return
	took=$((($(date +%s%N) - began) / 1000000))
	size=$(wc -c <"$scratch/large.html")
	echo "$took ms, $size bytes"
	test "$took" -lt 1000 && test "$size" -lt 2000000
}

# Of what a claim's reads add where pods come and go, the closed form knows the least.
the_least_is_no_pass() {
	"$nodetoll" estimate persistent-volume-gets --kubelet v1.0 --nodes 100,5000 -f "$scratch/least.json" >"$scratch/log" ||
		return 1
	set -- "$nodetoll" compare "$scratch/least.json" "$scratch/least.json" -o junit --gate
	"$@" 'limiters.full <= 2' >"$scratch/undecided.xml" 2>"$scratch/log"
	test $? = 1 && grep -q 'at least .*not decided' "$scratch/undecided.xml" "$scratch/log" &&
		"$@" 'limiters.full > 0.0001' >"$scratch/log" &&
		! "$@" 'limiters{nodes=100}.full <= 0.0001' >"$scratch/log" 2>&1
}

checks_as_cases() {
	"$nodetoll" report "$scratch/$1.json" -o junit >"$scratch/junit.xml" &&
		python3 -c '
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
assert int(suite.get("tests")) == len(suite.findall("testcase")) > 0, suite.attrib
assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
' "$scratch/junit.xml"
}

# tells_classes RUN FORM: every class that the result's numbers have is named in that form, every
# calibration and every call whose times are assumed.
tells_classes() {
	"$nodetoll" report "$scratch/$1.json" -o "$2" >"$scratch/told" &&
		python3 -c '
import html, json, re, sys
result = json.load(open(sys.argv[1], encoding="utf-8"))
told = re.sub(r"\s+", " ", html.unescape(open(sys.argv[2], encoding="utf-8").read()))
classes = result["classes"]
assert classes and {c["class"] for c in classes} <= {"counted", "calibrated", "assumed"}
wanted = {c["class"] for c in classes} | {name for c in classes for name in c["by"]}
wanted |= {call for c in classes if c["class"] == "assumed" for call in c["calls"] or []}
missing = sorted(w for w in wanted if w.lower() not in told.lower())
assert not missing, missing
' "$scratch/$1.json" "$scratch/told"
}

# classes_cover RUN: every number that was not asked for is of a field that has a class.
classes_cover() {
	python3 -c '
import json, sys
result = json.load(open(sys.argv[1], encoding="utf-8"))
fields = [f.split(" ")[0].replace("[]", "") for c in result["classes"] for f in c["fields"]]
ASKED = {"nodes", "podsPerNode", "containersPerPod", "churnPodsPerSecond", "seed", "seeds", "warmupSeconds",
         "durationSeconds", "intervalLevel", "tolerance", "minWithin", "burst.podsPerNode", "burst.ttlSeconds", "runtime.podsPerNode",
         "objects.podsPerNode", "objects.ttlSeconds", "published.factor"}
missing = set()

def walk(value, path):
    if isinstance(value, dict):
        for key, below in value.items():
            walk(below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for below in value:
            walk(below, path)
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and path not in ASKED:
        if not any(path == f or path.startswith(f + ".") for f in fields):
            missing.add(path)

NOT_RESULTS = {"scenario", "classes", "parameters", "versions"} | ({"apiserver"} if result["kind"] == "ServerCounts" else set())
walk({k: v for k, v in result.items() if k not in NOT_RESULTS}, "")
assert not missing, sorted(missing)
' "$scratch/$1.json"
}

# features_come_back: a result with any feature that there is can be read again.
features_come_back() {
	for file in "$root"/models/feature/*.yaml; do
		"$nodetoll" simulate quiet-5000x30 --set nodes=2 --set workload.pods=5 --set duration=30s \
			--set warmup=1s --with "$(basename "$file" .yaml)" -f "$scratch/with.json" >"$scratch/log" &&
			"$nodetoll" report "$scratch/with.json" -o csv >"$scratch/log" || return
	done
}

from_standard_input() {
	"$nodetoll" report - -o markdown <"$scratch/run_contrast.json" >"$scratch/piped" &&
		"$nodetoll" report "$scratch/run_contrast.json" -o markdown | cmp - "$scratch/piped"
}

a_full_device_is_told() {
	"$nodetoll" report "$scratch/run_contrast.json" -o html -f /dev/full
	test $? = 3
}

# The page's scenario makes the same result again, to the byte: what its numbers rest on as well.
the_scenario_comes_back() {
	python3 -c '
import html, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
blocks = re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S)
open(sys.argv[2], "w", encoding="utf-8").write(html.unescape(blocks[-1]))
' "$scratch/run_simulate.html" "$scratch/scenario.json" &&
		"$nodetoll" simulate "$scratch/scenario.json" -o json >"$scratch/again" &&
		cmp "$scratch/run_simulate.json" "$scratch/again"
}

# page_scenarios PAGE: each scenario on a page as a file of its name.
page_scenarios() {
	python3 -c '
import html, json, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
for block in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.S):
    text = html.unescape(block)
    if text.startswith("{"):
        name = json.loads(text)["metadata"]["name"]
        open(sys.argv[2] + "/" + name + ".json", "w", encoding="utf-8").write(text)
' "$1" "$scratch"
}

the_comparison_comes_back() {
	page_scenarios "$scratch/run_compare.html" &&
		"$nodetoll" compare "$scratch/base.json" "$scratch/candidate.json" --seeds 2 --seed 1 -o csv |
		grep '^rows,' >"$scratch/again" &&
		"$nodetoll" report "$scratch/run_compare.json" -o csv | grep '^rows,' |
		cmp - "$scratch/again"
}

# The model on the page is read, and its page has the same one.
the_server_comes_back() {
	page_scenarios "$scratch/run_serve.html" &&
		serve --apiserver "$scratch/v1.20.json" -f "$scratch/served.json" && stop &&
		python3 -c '
import json, sys
one, two = (json.load(open(name, encoding="utf-8"))["apiserver"] for name in sys.argv[1:])
assert one == two and one["origins"], "another model"
' "$scratch/run_serve.json" "$scratch/served.json"
}

the_incidents_come_back() {
	page_scenarios "$scratch/run_incidents.html" &&
		"$nodetoll" simulate "$scratch/exec-probes-before.json" -o csv | grep '^runtime,' >"$scratch/again" &&
		line=$(python3 -c '
import json, sys
incidents = json.load(open(sys.argv[1], encoding="utf-8"))["incidents"]
print(next(i["before"] for i in incidents if i["name"] == "exec-probes"))' "$scratch/run_incidents.json") &&
		eval "\"\$nodetoll\" ${line#nodetoll }" -o csv | grep '^runtime,' | cmp - "$scratch/again"
}

the_sweep_comes_back() {
	page_scenarios "$scratch/run_sweep.html" &&
		"$nodetoll" sweep "$scratch/start-100-limit.json" --vary workload.pods=2,7,12 -o csv |
		grep '^cells,' >"$scratch/again" &&
		"$nodetoll" report "$scratch/run_sweep.json" -o csv | grep '^cells,' | cmp - "$scratch/again"
}

for run in run_contrast run_simulate run_load run_estimate run_incidents run_compare run_sweep run_validate run_serve; do
	check "$run saves its result" "$run" -f "$scratch/$run.json"
	for form in text csv markdown json; do
		check "$run: -o $form of the saved result is its own" same_bytes "$run" "$form"
	done
	check "$run: its page is whole" is_whole_page "$run"
	check "$run: its page loads nothing" loads_nothing "$run"
	check "$run: its checks are cases" checks_as_cases "$run"
done
check "run_agree saves its result" save_agree
for run in run_contrast run_simulate run_load run_estimate run_incidents run_compare run_sweep run_validate run_agree run_serve; do
	for form in text csv markdown json junit html; do
		check "$run: $form tells what its numbers rest on" tells_classes "$run" "$form"
	done
done
for run in run_contrast run_simulate run_load run_estimate run_validate run_agree run_serve; do
	check "$run: every number has a class" classes_cover "$run"
done
check "a gate is not passed by a figure of which only the least is known" the_least_is_no_pass
check "a result with any feature is read again" features_come_back
check "a result is read from standard input" from_standard_input
check "a full device is told" a_full_device_is_told
check "the scenarios on a comparison's page make the same rows" the_comparison_comes_back
check "the model on a server's page is read again" the_server_comes_back
check "a scenario on the incidents' page makes what its command makes" the_incidents_come_back
check "the scenario on a sweep's page makes the same cells" the_sweep_comes_back
check "the scenario on the page makes the same result, to the byte" the_scenario_comes_back
"$nodetoll" simulate quiet-5000x30 --set duration=60s --set warmup=10s -f "$scratch/large.json" >"$scratch/log"
check "the page of 5,000 nodes takes less than 1 s and 2 MB" is_small_and_quick
finish
