/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "tcase.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_also_after_a_reset(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 1000);
	for (int round = 0; round < 3; round++) {
		for (size_t bytes = 1; bytes < 3000; bytes = bytes * 2 + 1) {
			unsigned char *p = arena_alloc(&a, bytes, 1);

			for (size_t i = 0; i < bytes; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xaa, bytes);
		}
		arena_reset(&a);
	}
	arena_fini(&a);
}

static void memory_is_aligned_as_asked(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 256);
	for (size_t align = 1; align <= 4096; align *= 2) {
		(void)arena_strdup(&a, "x");
		assert_int_equal((uintptr_t)arena_alloc(&a, 3, align) % align, 0);
	}
	arena_fini(&a);
}

static void pieces_do_not_overlap(void **state)
{
	struct arena a;
	unsigned char *piece[200];

	(void)state;
	arena_init(&a, 512);
	for (int i = 0; i < 200; i++) {
		piece[i] = arena_alloc(&a, (size_t)i, 8);
		memset(piece[i], i, (size_t)i);
	}
	for (int i = 0; i < 200; i++)
		for (int j = 0; j < i; j++)
			assert_int_equal(piece[i][j], i);
	arena_fini(&a);
}

static void a_reset_keeps_the_chunks_for_reuse(void **state)
{
	struct arena a;
	void *first;

	(void)state;
	arena_init(&a, 100);
	first = arena_alloc(&a, 10, 1);
	(void)arena_alloc(&a, 5000, 1);
	assert_true(arena_bytes(&a) >= 5010);
	arena_reset(&a);
	assert_int_equal(arena_bytes(&a), 0);
	assert_ptr_equal(arena_alloc(&a, 10, 1), first);
	arena_fini(&a);
}

static void an_unused_or_finished_arena_can_be_finished(void **state)
{
	struct arena a = {0};

	(void)state;
	arena_fini(&a);
	arena_init(&a, 0);
	assert_non_null(arena_alloc(&a, 0, 1));
	arena_fini(&a);
	arena_fini(&a);
}

static void strings_are_copied_with_their_end(void **state)
{
	struct arena a;
	uint64_t *numbers;

	(void)state;
	arena_init(&a, 0);
	assert_string_equal(arena_strdup(&a, ""), "");
	assert_string_equal(arena_strndup(&a, "abcdef", 3), "abc");
	numbers = ARENA_ARRAY(&a, uint64_t, 1000);
	numbers[999] = 1;
	assert_int_equal(*ARENA_NEW(&a, int), 0);
	arena_fini(&a);
}

/* A product that overflows must not become a small piece. */
static void a_request_beyond_all_memory_aborts(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit none = {0, 0};
		struct arena a;
		volatile size_t n = SIZE_MAX / 4;

		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGABRT, SIG_DFL);
		(void)close(STDERR_FILENO);
		arena_init(&a, 0);
		(void)ARENA_ARRAY(&a, uint64_t, n);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* What was room before a reset is cleared when it is handed out as anything else. */
static void room_is_not_cleared_and_what_comes_in_its_place_is(void **state)
{
	struct arena a;
	unsigned char *p;

	(void)state;
	arena_init(&a, 4096);
	p = ARENA_ROOM(&a, unsigned char, 1000);
	memset(p, 0xff, 1000);
	arena_reset(&a);
	p = ARENA_ARRAY(&a, unsigned char, 600);
	for (int i = 0; i < 600; i++)
		assert_int_equal(p[i], 0);
	assert_true(arena_bytes(&a) >= 600);
	arena_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_also_after_a_reset),
		cmocka_unit_test(memory_is_aligned_as_asked),
		cmocka_unit_test(pieces_do_not_overlap),
		cmocka_unit_test(a_reset_keeps_the_chunks_for_reuse),
		cmocka_unit_test(an_unused_or_finished_arena_can_be_finished),
		cmocka_unit_test(strings_are_copied_with_their_end),
		cmocka_unit_test(a_request_beyond_all_memory_aborts),
		cmocka_unit_test(room_is_not_cleared_and_what_comes_in_its_place_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
