#include "harness/aid.h"
#include "harness/harness.h"

#include "core/gate.h"

static uint64_t passages(void)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < GATE_COUNT; i++)
        sum += gate_count((enum gate)i);
    return sum;
}

/* Sets NAME to the n-th passage from now. */
static void at_passage(const char *name, uint64_t n)
{
    char number[24];

    n += passages();
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)n);
    (void)setenv(name, number, 1);
}

static void passages_are_counted_by_kind(void **state)
{
    struct err err;
    uint64_t writes = gate_count(GATE_WRITE), calls = gate_count(GATE_CALL);

    (void)state;
    assert_true(gate_pass(GATE_WRITE, "file", &err));
    assert_true(gate_pass(GATE_WRITE, "file", &err));
    assert_true(gate_pass(GATE_CALL, "GET /orders", &err));
    assert_int_equal(gate_count(GATE_WRITE), writes + 2);
    assert_int_equal(gate_count(GATE_CALL), calls + 1);
}

static int pass_five(void)
{
    struct err err;
    int passed = 0;

    at_passage("TAGWERK_CRASH_AT", 3);
    for (int i = 0; i < 5; i++) {
        passed += gate_pass(i % 2 ? GATE_SYNC : GATE_WRITE, "file", &err);
        write_file(path_of("passed"), passed == 2 ? "2" : "another number");
    }
    return 0;
}

/* REQ-Z4: the crash test kills the program before each of its steps. */
static void the_process_ends_just_before_the_passage_it_is_told(void **state)
{
    (void)state;
    assert_int_equal(in_child(pass_five), 100);
    assert_string_equal(read_file(path_of("passed")), "2");
}

static void the_passage_it_is_told_fails_once(void **state)
{
    struct err err = {0};

    (void)state;
    at_passage("TAGWERK_FAIL_AT", 2);
    assert_true(gate_pass(GATE_SYNC, "folder", &err));
    assert_false(gate_pass(GATE_RENAME, "manifest", &err));
    assert_says(err, ERR_STORE, "rename of manifest");
    assert_true(gate_pass(GATE_RENAME, "manifest", &err));
    (void)unsetenv("TAGWERK_FAIL_AT");
}

static void the_log_names_every_passage(void **state)
{
    unsigned long long next = passages() + 1;
    char wanted[200];
    struct err err;

    (void)state;
    (void)setenv("TAGWERK_GATE_LOG", path_of("gates"), 1);
    assert_true(gate_pass(GATE_WRITE, "a", &err));
    assert_true(gate_pass(GATE_SYNC, "b", &err));
    assert_true(gate_pass(GATE_RENAME, "c", &err));
    assert_true(gate_pass(GATE_REMOVE, "d", &err));
    assert_true(gate_pass(GATE_COMMIT, "e", &err));
    assert_true(gate_pass(GATE_CALL, "f", &err));
    assert_true(gate_pass(GATE_ANSWER, "g", &err));
    (void)unsetenv("TAGWERK_GATE_LOG");
    (void)snprintf(wanted, sizeof wanted,
                   "%llu write a\n%llu sync b\n%llu rename c\n%llu remove d\n%llu commit e\n"
                   "%llu call f\n%llu answer g\n",
                   next, next + 1, next + 2, next + 3, next + 4, next + 5, next + 6);
    assert_string_equal(read_file(path_of("gates")), wanted);
}

static void a_log_that_cannot_be_written_stops_nobody(void **state)
{
    struct err err;

    (void)state;
    (void)setenv("TAGWERK_GATE_LOG", path_of("no/such/folder"), 1);
    assert_true(gate_pass(GATE_WRITE, "a", &err));
    (void)unsetenv("TAGWERK_GATE_LOG");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passages_are_counted_by_kind),
        in_folder(the_process_ends_just_before_the_passage_it_is_told),
        cmocka_unit_test(the_passage_it_is_told_fails_once),
        in_folder(the_log_names_every_passage),
        in_folder(a_log_that_cannot_be_written_stops_nobody),
    };

    return cmocka_run_group_tests_name("gate", tests, NULL, NULL);
}
