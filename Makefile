# SPDX-License-Identifier: Apache-2.0
#
# Doors, thin ones: they install what is missing, configure, build and run.
#   make demo    build nodetoll and run `nodetoll contrast`
#   make check   every test, in a sanitized debug build, a release build and a fuzzing build
#   make e2e     beside a real control plane, within ten minutes once that is built; skipped where it cannot be had
#   make soak    the same, in its long forms; and our own server with 2,000 agents under faults for 15 minutes

.PHONY: demo check e2e soak clean

demo:
	@tools/packages.sh build
	@tools/build.sh release -Dtests=false
	NODETOLL_MODELS=models build/release/nodetoll contrast

check:
	@tools/packages.sh build check
	@tools/check.sh

e2e:
	@tools/e2e.sh

soak:
	@tools/e2e.sh --soak

clean:
	rm -rf build
