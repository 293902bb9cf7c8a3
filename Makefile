# SPDX-License-Identifier: Apache-2.0
#
# Two doors, thin ones: they install what is missing, configure, build and run.
#   make demo    build nodetoll and run `nodetoll contrast`
#   make check   every test, in a sanitized debug build, a release build and a fuzzing build

.PHONY: demo check clean

demo:
	@tools/packages.sh build
	@tools/build.sh release -Dtests=false
	NODETOLL_MODELS=models build/release/nodetoll contrast

check:
	@tools/packages.sh build check
	@tools/check.sh

clean:
	rm -rf build
