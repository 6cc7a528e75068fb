/* test_change.c: what becomes of an order that changes, or is cancelled, after it was handed over:
 * before its label is printed, and after. By both of Sendcloud's back ends. */
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define ORDER "560000001"
#define CANCELLED "\"items\":[{\"UserDefinedFlag\":7}]"
#define STREET "\"shipping_address\":{\"Street\":\"Neue Gasse 5\"}"

static const char *const apis[] = {"v2-integration", "v3-orders"};

/* Where each back end keeps the street. */
static const char *const streets[] = {"body.address", "body.shipping_address.address_line_1"};

/* A world with one order at Sendcloud; the marking 7 means cancelled. */
static void open_with_order(struct world *w, size_t api)
{
    world_open(w, NOW);
    (void)snprintf(w->api, sizeof w->api, "%s", apis[api]);
    world_configure(w, "cancelled_flag = 7", NULL, NULL, NULL);
    shop_sells(w, 560000001, 1, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 1);
}

static int run_an_hour_later(struct world *w)
{
    world_pass(w, HOUR);
    return world_run(w, "run", NULL);
}

static void close_quiet(struct world *w)
{
    world_assert_balanced(w);
    world_assert_quiet(w);
    world_close(w);
}

static void assert_order(struct world *w, const char *state, const char *reason)
{
    assert_word(w, TODAY, ORDERS_CSV, ORDER, state, reason);
}

static void assert_cancel(struct world *w, const char *state, const char *reason)
{
    assert_word(w, TODAY, CANCELS_CSV, ORDER, state, reason);
}

static void assert_tracked(struct world *w)
{
    assert_string_equal(shop_says(w, ORDER, "tracking"),
                        parcel_says(w, ORDER, 0, "tracking_number"));
}

/* ---- changes ---- */

static void a_change_before_the_label_reaches_sendcloud(void **state)
{
    /* REQ-A3 REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;
        const char *first;

        open_with_order(&w, api);
        first = incoming_says(&w, ORDER, "shop_updated_ms");
        shop_changes(&w, ORDER, STREET);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_order(&w, "sent", "changed");
        assert_string_equal(world_cell(&w, TODAY, ORDERS_CSV, ORDER, "revision"), "2");
        assert_non_null(strstr(incoming_says(&w, ORDER, streets[api]), "Neue Gasse"));
        assert_true(strcmp(incoming_says(&w, ORDER, "shop_updated_ms"), first) > 0);
        assert_int_equal(incoming_count(&w), 1);
        close_quiet(&w);
    }
}

static void a_change_that_is_taken_back_is_a_change_too(void **state)
{
    /* REQ-A3 REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_order(&w, api);
        shop_changes(&w, ORDER, STREET);
        assert_int_equal(world_run(&w, "run", NULL), 0); /* all in one second */
        shop_changes(&w, ORDER, "\"shipping_address\":{\"Street\":\"Heidestraße 17\"}");
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_string_equal(world_cell(&w, TODAY, ORDERS_CSV, ORDER, "revision"), "3");
        assert_non_null(strstr(incoming_says(&w, ORDER, streets[api]), "Heide"));
        close_quiet(&w);
    }
}

static void what_sendcloud_never_sees_is_no_change(void **state)
{
    /* REQ-Z4 */
    struct world w;

    (void)state;
    open_with_order(&w, 0);
    shop_changes(&w, ORDER, "\"UserComment\":\"Danke\",\"Memo\":\"VIP\",\"tags\":[\"Express\"]");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_order(&w, "same", "unchanged");
    assert_int_equal(pushes(&w, ORDER), 1);
    close_quiet(&w);
}

static void a_change_after_the_label_is_too_late_and_stays_in_sight(void **state)
{
    /* REQ-A3 REQ-A6 REQ-Z3 REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_order(&w, api);
        print_label(&w, ORDER, "");
        shop_changes(&w, ORDER, STREET);
        assert_int_equal(run_an_hour_later(&w), 1);
        assert_order(&w, "refused", "too-late-label");
        assert_int_equal(incoming_count(&w), 0);
        assert_int_equal(pushes(&w, ORDER), 1);
        assert_tracked(&w);
        assert_true(shop_tagged(&w, ORDER, TAG));
        world_assert_quiet(&w); /* tracked by now, and therefore out of the way */
        assert_non_null(strstr(world_cell(&w, TODAY, ORDERS_CSV, ORDER, "notes"), "too-late"));
        close_quiet(&w);
    }
}

/* The label is on its way, failed and waits to be mended, or is not to be written back: the order
 * is gone from the list, and pushing it again would make a second one. */
static void a_change_is_too_late_as_soon_as_there_is_a_parcel(void **state)
{
    /* REQ-A7 REQ-Z4 */
    static const struct {
        const char *route;
        int status;
    } cases[] = {{"tag = " TAG, 1001},
                 {"writeback_needs_tag = yes", 1000},
                 {"tag = " TAG, 999},
                 {"tag = " TAG, 1002}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(apis); i++) {
        struct world w;

        open_with_order(&w, i % 2);
        world_configure(&w, NULL, NULL, cases[i / 2].route, NULL);
        print_label(&w, ORDER, "");
        parcel_moves(&w, ORDER, 0, cases[i / 2].status, "");
        assert_int_equal(run_an_hour_later(&w), 0);
        shop_changes(&w, ORDER, STREET);
        assert_int_equal(run_an_hour_later(&w), 1);
        assert_order(&w, "refused", "too-late-label");
        assert_int_equal(incoming_count(&w), 0);
        assert_int_equal(world_count(&w, "afterbuy.writes"), 0);
        close_quiet(&w);
    }
}

static void a_label_printed_between_reading_and_sending_is_noticed(void **state)
{
    /* REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_order(&w, api);
        shop_changes(&w, ORDER, STREET);
        world_pass(&w, HOUR);
        assert_int_equal(world_run(&w, "extract", NULL), 0);
        print_label(&w, ORDER, "");
        assert_int_equal(world_run(&w, "transform", NULL), 0);
        assert_int_equal(world_run(&w, "load", NULL), 1);
        assert_int_equal(world_run(&w, "report", NULL), 0);
        assert_order(&w, "refused", "too-late-label");
        assert_int_equal(incoming_count(&w), 0);
        assert_int_equal(run_an_hour_later(&w), 1);
        assert_tracked(&w);
        close_quiet(&w);
    }
}

/* ---- cancellations ---- */

static void a_cancelled_order_is_not_sent(void **state)
{
    /* REQ-A2 REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    world_configure(&w, "cancelled_flag = 7", NULL, NULL, NULL);
    shop_sells(&w, 560000001, 1, CANCELLED);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_order(&w, "skipped", "cancelled");
    assert_int_equal(world_count(&w, "sendcloud.writes"), 0);
    close_quiet(&w);
}

static void an_order_cancelled_before_its_label_is_taken_back(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    (void)state;
    for (size_t i = 0; i < 2 * ARRAY_LEN(apis); i++) {
        struct world w;

        open_with_order(&w, i % 2);
        shop_changes(&w, ORDER, i < 2 ? CANCELLED : CANCELLED ",\"hidden\":true");
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_int_equal(incoming_count(&w), 0);
        assert_cancel(&w, "sent", "new");
        assert_order(&w, "same", "cancelled");
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_order(&w, "skipped", "cancelled");
        close_quiet(&w);
    }
}

static void a_cancellation_after_the_label_asks_for_a_person(void **state)
{
    /* REQ-Z3 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_order(&w, api);
        print_label(&w, ORDER, "");
        shop_changes(&w, ORDER, CANCELLED);
        assert_int_equal(run_an_hour_later(&w), 1);
        assert_cancel(&w, "refused", "cancelled-late");
        assert_string_equal(parcel_says(&w, ORDER, 0, "status"), "1000");
        assert_int_equal(calls_of(&w, "sendcloud", "POST /integrations/{id}/shipments/delete"), 0);
        assert_int_equal(calls_of(&w, "sendcloud", "DELETE /v3/orders/{id}"), 0);
        close_quiet(&w);
    }
}

static void a_cancelled_order_whose_label_was_cancelled_is_done(void **state)
{
    /* REQ-Z3 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_order(&w, api);
        print_label(&w, ORDER, "");
        parcel_moves(&w, ORDER, 0, 2000, "");
        shop_changes(&w, ORDER, CANCELLED);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_cancel(&w, "sent", "new");
        assert_int_equal(incoming_count(&w), 0);
        close_quiet(&w);
    }
}

static void a_cancellation_that_is_withdrawn_sends_the_order_again(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    (void)state;
    for (size_t api = 0; api < ARRAY_LEN(apis); api++) {
        struct world w;

        open_with_order(&w, api);
        for (int turn = 0; turn < 2; turn++) {
            shop_changes(&w, ORDER, CANCELLED);
            assert_int_equal(run_an_hour_later(&w), 0);
            assert_int_equal(incoming_count(&w), 0);
            shop_changes(&w, ORDER, "\"items\":[{\"UserDefinedFlag\":0}]");
            assert_int_equal(run_an_hour_later(&w), 0);
            assert_order(&w, "sent", "new");
            assert_int_equal(incoming_count(&w), 1);
        }
        close_quiet(&w);
    }
}

static void a_lost_answer_to_a_cancellation_is_sought(void **state)
{
    /* REQ-Z4 */
    static const char *const faults[] = {"503-after", "503"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(apis) * ARRAY_LEN(faults); i++) {
        struct world w;

        open_with_order(&w, i % 2);
        shop_changes(&w, ORDER, CANCELLED);
        world_fault(&w, arena_format(&w.arena,
                                     "{\"system\":\"sendcloud\",\"fault\":\"%s\",\"call\":\"%s\"}",
                                     faults[i / 2],
                                     i % 2 == 0 ? "POST /integrations/{id}/shipments/delete"
                                                : "DELETE /v3/orders/{id}"));
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_int_equal(faults_played(&w), 1);
        assert_cancel(&w, "sent", "new");
        assert_int_equal(incoming_count(&w), 0);
        close_quiet(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_before_the_label_reaches_sendcloud),
        cmocka_unit_test(a_change_that_is_taken_back_is_a_change_too),
        cmocka_unit_test(what_sendcloud_never_sees_is_no_change),
        cmocka_unit_test(a_change_after_the_label_is_too_late_and_stays_in_sight),
        cmocka_unit_test(a_change_is_too_late_as_soon_as_there_is_a_parcel),
        cmocka_unit_test(a_label_printed_between_reading_and_sending_is_noticed),
        cmocka_unit_test(a_cancelled_order_is_not_sent),
        cmocka_unit_test(an_order_cancelled_before_its_label_is_taken_back),
        cmocka_unit_test(a_cancellation_after_the_label_asks_for_a_person),
        cmocka_unit_test(a_cancelled_order_whose_label_was_cancelled_is_done),
        cmocka_unit_test(a_cancellation_that_is_withdrawn_sends_the_order_again),
        cmocka_unit_test(a_lost_answer_to_a_cancellation_is_sought),
    };

    return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
