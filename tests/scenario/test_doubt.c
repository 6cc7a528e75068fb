/* test_doubt.c: answers that do not come, come late, or come from a target in trouble: what was in
 * doubt is sought before anything is sent again; nothing is lost and nothing doubled. */
#include "core/buf.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define CRASHED 100

/* The back ends, and how their calls are named there and here. */
static const struct {
    const char *api, *push, *push_gate;
} apis[] = {
    {"v2-integration", "POST /integrations/{id}/shipments", "POST /integrations/{id}/shipments"},
    {"v3-orders", "POST /v3/orders", "POST /orders"},
};

static void open_with_orders(struct world *w, size_t api, size_t count)
{
    world_open(w, NOW);
    (void)snprintf(w->api, sizeof w->api, "%s", apis[api].api);
    world_configure(w, "timeout = 1s", "timeout = 1s", NULL, NULL);
    shop_sells(w, 560000001, count, "");
}

static void break_call(struct world *w, const char *call, const char *fault, unsigned after,
                       unsigned times)
{
    world_fault(w, arena_format(&w->arena,
                                "{\"call\":\"%s\",\"fault\":\"%s\",\"after\":%u,\"times\":%u}",
                                call, fault, after, times));
}

static int run_an_hour_later(struct world *w)
{
    world_pass(w, HOUR);
    return world_run(w, "run", NULL);
}

/* All orders are at Sendcloud, each by one change there. */
static void assert_all_there(struct world *w, int64_t count)
{
    assert_int_equal(world_count(w, "sendcloud.mutations"), count);
    assert_int_equal(incoming_count(w), count);
    assert_int_equal(world_summary(w, TODAY, "orders", "source"), count);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent") +
                         world_summary(w, TODAY, "orders", "same"),
                     count);
}

static void close_quiet(struct world *w)
{
    world_assert_balanced(w);
    world_assert_quiet(w);
    world_close(w);
}

/* ---- a lost answer ---- */

static void a_push_whose_answer_is_lost_is_sought_not_repeated(void **state)
{
    /* REQ-Z4 */
    static const char *const faults[] = {"timeout-after", "reset-body", "reset-header",
                                         "503-after",     "cut-body",   "504"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(apis) * ARRAY_LEN(faults); i++) {
        const char *fault = faults[i / 2];
        bool arrived = !text_same(fault, "504");
        struct world w;

        open_with_orders(&w, i % 2, 3);
        break_call(&w, apis[i % 2].push, fault, 0, 1);
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_int_equal(faults_played(&w), 1);
        assert_int_equal(calls_of(&w, "sendcloud", apis[i % 2].push), arrived ? 1 : 2);
        assert_all_there(&w, 3);
        assert_word(&w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
        close_quiet(&w);
    }
}

static void a_push_that_never_arrived_is_sent_again(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    static const char *const faults[] = {"timeout-before", "refuse", "500", "502-html", "200-html"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(apis) * ARRAY_LEN(faults); i++) {
        struct world w;

        open_with_orders(&w, i % 2, 3);
        break_call(&w, apis[i % 2].push, faults[i / 2], 0, 1);
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_int_equal(faults_played(&w), 1);
        assert_all_there(&w, 3);
        close_quiet(&w);
    }
}

static void a_target_that_hears_nothing_keeps_the_orders_waiting(void **state)
{
    /* REQ-Z3 REQ-Z5 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_orders(&w, api, 3);
        break_call(&w, apis[api].push, "refuse", 0, 1000);
        for (int day = 0; day < 3; day++) {
            assert_int_equal(world_run(&w, "run", NULL), 2);
            assert_int_equal(world_summary(&w, TODAY, "orders", "waiting"), 3);
            world_pass(&w, DAY);
        }
        clear_faults(&w);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_all_there(&w, 3);
        close_quiet(&w);
    }
}

static void doubt_stays_where_the_target_cannot_be_asked(void **state)
{
    /* REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_orders(&w, api, 2);
        break_call(&w, apis[api].push, "reset-body", 0, 1);
        break_call(&w, api ? "GET /v3/orders" : "GET /integrations/{id}/shipments", "401", 0, 100);
        assert_int_equal(world_run(&w, "run", NULL), 6);
        assert_int_equal(world_summary(&w, TODAY, "orders", "unsure"), 2);
        assert_word(&w, TODAY, ORDERS_CSV, "560000001", "unsure", "in-doubt");
        world_assert_quiet(&w); /* it does not send on a guess, however often it runs */
        clear_faults(&w);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_all_there(&w, 2);
        close_quiet(&w);
    }
}

/* ---- killed between question and answer ---- */

/* The number of the first passage through that gate when the run is not disturbed. */
static uint64_t passage_of(size_t api, const char *gate)
{
    AUTO(buf_done) struct buf log = {0};
    struct world w;
    const char *path, *at;
    struct err err;

    open_with_orders(&w, api, 2);
    path = arena_format(&w.arena, "%s/gates", w.root);
    assert_int_equal(
        world_run_with(&w, arena_format(&w.arena, "TAGWERK_GATE_LOG=%s", path), "run", NULL), 0);
    assert_true(file_read(path, &log, NULL, &err));
    at = strstr(buf_str(&log), arena_format(&w.arena, " %s\n", gate));
    assert_non_null(at);
    while (at > log.data && at[-1] != '\n')
        at--;
    world_close(&w);
    return strtoull(at, NULL, 10);
}

static void crash_at(struct world *w, uint64_t passage)
{
    assert_int_equal(world_run_with(w,
                                    arena_format(&w->arena, "TAGWERK_CRASH_AT=%llu",
                                                 (unsigned long long)passage),
                                    "run", NULL),
                     CRASHED);
}

static void killed_before_the_answer_was_read_the_order_is_sought(void **state)
{
    /* REQ-Z4 */
    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(apis); i++) {
        bool prints = i >= ARRAY_LEN(apis);
        struct world w;
        struct arena arena = {0};
        uint64_t passage =
            passage_of(i % 2, arena_format(&arena, "answer %s", apis[i % 2].push_gate));

        open_with_orders(&w, i % 2, 2);
        crash_at(&w, passage);
        assert_int_equal(incoming_count(&w), 2);
        if (prints) /* meanwhile the order left the list */
            print_label(&w, "560000001", "");
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_int_equal(incoming_count(&w), prints ? 1 : 2);
        assert_int_equal(pushes(&w, "560000001"), 1);
        assert_int_equal(pushes(&w, "560000002"), 1);
        assert_word(&w, TODAY, ORDERS_CSV, "560000001", "same", "unchanged");
        if (prints)
            assert_string_equal(shop_says(&w, "560000001", "tracking"),
                                parcel_says(&w, "560000001", 0, "tracking_number"));
        arena_done(&arena);
        close_quiet(&w);
    }
}

static void killed_before_the_question_left_the_order_is_sent(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;
        struct arena arena = {0};
        uint64_t passage = passage_of(api, arena_format(&arena, "call %s", apis[api].push_gate));

        open_with_orders(&w, api, 2);
        crash_at(&w, passage);
        assert_int_equal(incoming_count(&w), 0);
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_all_there(&w, 2);
        arena_done(&arena);
        close_quiet(&w);
    }
}

/* ---- the way back ---- */

static void a_write_back_whose_answer_is_lost_is_read_back(void **state)
{
    /* REQ-A6 REQ-A7 REQ-Z4 */
    static const char *const faults[] = {"timeout-after",  "reset-body", "503-after", "cut-body",
                                         "timeout-before", "200-html",   "refuse"};

    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(faults); i++) {
        bool arrived = i / 2 < 4;
        struct world w;

        open_with_orders(&w, 0, 1);
        assert_int_equal(world_run(&w, "run", NULL), 0);
        print_label(&w, "560000001", "");
        break_call(&w, "UpdateSoldItems", faults[i / 2], i % 2, 1); /* the number's, or the tag's */
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_int_equal(faults_played(&w), 1);
        assert_int_equal(calls_of(&w, "afterbuy", "UpdateSoldItems"), arrived ? 2 : 3);
        assert_string_equal(shop_says(&w, "560000001", "tracking"),
                            parcel_says(&w, "560000001", 0, "tracking_number"));
        assert_true(shop_tagged(&w, "560000001", TAG));
        close_quiet(&w);
    }
}

static void a_shop_that_is_down_gets_the_number_later(void **state)
{
    /* REQ-A6 REQ-Z5 */
    struct world w;

    (void)state;
    open_with_orders(&w, 0, 1);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, "560000001", "");
    world_pass(&w, HOUR);
    world_fault(&w, "{\"system\":\"afterbuy\",\"fault\":\"503\",\"times\":1000}");
    for (int i = 0; i < 3; i++)
        assert_int_equal(run_an_hour_later(&w), 2);
    clear_faults(&w);
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_true(shop_tagged(&w, "560000001", TAG));
    close_quiet(&w);
}

/* ---- a target in trouble ---- */

/* REQ-A6 REQ-Z3: an error that names no order is the moment's fault, until it has lasted a day. */
static void a_shop_that_answers_with_errors_is_asked_for_a_day(void **state)
{
    struct world w;

    (void)state;
    open_with_orders(&w, 0, 2);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, "560000001", "");
    print_label(&w, "560000002", "");
    world_fault(&w, "{\"system\":\"afterbuy\",\"call\":\"UpdateSoldItems\",\"fault\":"
                    "\"200-error-body\",\"times\":9999}");
    for (int hour = 0; hour < 24; hour += 6) {
        world_pass(&w, 6 * HOUR);
        assert_int_equal(world_run(&w, "run", NULL), 2);
        assert_told(&w, "did not make it");
        assert_told(&w, "tagwerk doctor");
        assert_int_equal(world_summary(&w, TODAY, "shipments", "waiting"), 2);
        assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, "560000001", 0, "id"), "waiting",
                    "retry-later");
    }
    world_pass(&w, 6 * HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 1);
    assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, "560000001", 0, "id"), "refused",
                "not-applied");
    world_assert_balanced(&w);
    clear_faults(&w);
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0); /* refused is refused */
    assert_string_equal(shop_says(&w, "560000001", "tracking"), "");
    assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"),
                        parcel_says(&w, "560000001", 0, "tracking_number"));
    close_quiet(&w);
}

static void a_target_that_goes_down_half_way_gets_the_rest_later(void **state)
{
    /* REQ-Z3 REQ-Z5 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_orders(&w, api, 300);
        world_configure(&w, NULL, "in_flight = 1", NULL, NULL);
        break_call(&w, apis[api].push, "401", 1, 1000);
        assert_int_equal(world_run(&w, "run", NULL), 2);
        assert_int_equal(world_summary(&w, TODAY, "orders", "sent"), 100);
        assert_int_equal(world_summary(&w, TODAY, "orders", "waiting"), 200);
        assert_word(&w, TODAY, ORDERS_CSV, "560000300", "waiting", "target-down");
        clear_faults(&w);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_all_there(&w, 300);
        close_quiet(&w);
    }
}

static void too_many_requests_are_waited_out(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    static const char *const faults[] = {"429", "429-after"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(apis) * ARRAY_LEN(faults); i++) {
        struct world w;

        open_with_orders(&w, i % 2, 3);
        break_call(&w, apis[i % 2].push, faults[i / 2], 0, 3);
        break_call(&w, "GET /parcels", faults[i / 2], 0, 2);
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_int_equal(faults_played(&w), 5);
        assert_all_there(&w, 3);
        close_quiet(&w);
    }
}

static void nobody_waits_an_hour_for_a_target_that_says_so(void **state)
{
    /* REQ-Z3 REQ-Z5 */
    struct world w;

    (void)state;
    open_with_orders(&w, 0, 3);
    world_fault(&w, "{\"call\":\"POST /integrations/{id}/shipments\",\"fault\":\"429-after\","
                    "\"seconds\":3600,\"times\":1}");
    assert_int_equal(world_run(&w, "run", NULL), 2);
    assert_word(&w, TODAY, ORDERS_CSV, "560000001", "waiting", "target-down");
    assert_told(&w, "3600");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_all_there(&w, 3);
    close_quiet(&w);
}

static void a_target_that_is_still_processing_is_asked_again(void **state)
{
    /* REQ-Z4 */
    struct world w;

    (void)state;
    open_with_orders(&w, 1, 3);
    set_switch(&w, "sendcloud.still_processing", 2);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(calls_of(&w, "sendcloud", "POST /v3/orders"), 3);
    assert_all_there(&w, 3);
    close_quiet(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_push_whose_answer_is_lost_is_sought_not_repeated),
        cmocka_unit_test(a_push_that_never_arrived_is_sent_again),
        cmocka_unit_test(a_target_that_hears_nothing_keeps_the_orders_waiting),
        cmocka_unit_test(doubt_stays_where_the_target_cannot_be_asked),
        cmocka_unit_test(killed_before_the_answer_was_read_the_order_is_sought),
        cmocka_unit_test(killed_before_the_question_left_the_order_is_sent),
        cmocka_unit_test(a_write_back_whose_answer_is_lost_is_read_back),
        cmocka_unit_test(a_shop_that_is_down_gets_the_number_later),
        cmocka_unit_test(a_shop_that_answers_with_errors_is_asked_for_a_day),
        cmocka_unit_test(a_target_that_goes_down_half_way_gets_the_rest_later),
        cmocka_unit_test(too_many_requests_are_waited_out),
        cmocka_unit_test(nobody_waits_an_hour_for_a_target_that_says_so),
        cmocka_unit_test(a_target_that_is_still_processing_is_asked_again),
    };

    return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
