/* test_meanwhile.c: what turns around while the other side is down: what waits is not sent as it
 * was when it began to wait. And what a lost ledger does not cause. */
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#include <unistd.h>

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define ORDER "560000001"
#define CANCELLED "\"items\":[{\"UserDefinedFlag\":7}]"

/* A world with one order; the marking 7 means cancelled. */
static void open_with_order(struct world *w)
{
    world_open(w, NOW);
    world_configure(w, "cancelled_flag = 7", NULL, NULL, NULL);
    shop_sells(w, 560000001, 1, "");
}

static void goes_down(struct world *w, const char *system)
{
    world_fault(
        w, arena_format(&w->arena, "{\"system\":\"%s\",\"fault\":\"401\",\"times\":1000}", system));
}

static void writes_go_down(struct world *w, const char *call)
{
    world_fault(
        w, arena_format(&w->arena, "{\"call\":\"%s\",\"fault\":\"401\",\"times\":1000}", call));
}

static int run_an_hour_later(struct world *w)
{
    world_pass(w, HOUR);
    return world_run(w, "run", NULL);
}

static void close_quiet(struct world *w)
{
    assert_int_equal(world_run(w, "status", NULL), 0);
    assert_not_told(w, "planned"); /* nothing is left behind */
    assert_not_told(w, "unsure");
    world_assert_balanced(w);
    world_assert_quiet(w);
    world_close(w);
}

/* ---- on the way there ---- */

static void an_order_that_changes_while_it_waits_is_sent_as_it_is(void **state)
{
    /* REQ-Z3 REQ-Z4 */
    struct world w;

    (void)state;
    open_with_order(&w);
    goes_down(&w, "sendcloud");
    assert_int_equal(world_run(&w, "run", NULL), 2);
    shop_changes(&w, ORDER, "\"shipping_address\":{\"Street\":\"Neue Gasse 5\"}");
    assert_int_equal(run_an_hour_later(&w), 2);
    clear_faults(&w);
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_non_null(strstr(incoming_says(&w, ORDER, "body.address"), "Neue Gasse"));
    assert_int_equal(pushes(&w, ORDER), 1);
    close_quiet(&w);
}

static void a_change_that_is_taken_back_while_it_waits_is_none(void **state)
{
    /* REQ-Z4 */
    struct world w;

    (void)state;
    open_with_order(&w);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    writes_go_down(&w, "POST /integrations/{id}/shipments");
    shop_changes(&w, ORDER, "\"shipping_address\":{\"Street\":\"Neue Gasse 5\"}");
    assert_int_equal(run_an_hour_later(&w), 2);
    shop_changes(&w, ORDER, "\"shipping_address\":{\"Street\":\"Heidestraße 17\"}");
    clear_faults(&w);
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_word(&w, TODAY, ORDERS_CSV, ORDER, "same", "unchanged");
    assert_int_equal(pushes(&w, ORDER), 1);
    close_quiet(&w);
}

static void an_order_that_is_cancelled_or_shipped_while_it_waits_is_not_sent(void **state)
{
    /* REQ-A2 REQ-Z3 */
    static const struct {
        const char *change, *reason;
    } cases[] = {{CANCELLED, "cancelled"}, {"\"AdditionalInfo\":\"HAND-1\"", "tracked"}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world w;

        open_with_order(&w);
        goes_down(&w, "sendcloud");
        assert_int_equal(world_run(&w, "run", NULL), 2);
        shop_changes(&w, ORDER, cases[i].change);
        clear_faults(&w);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_word(&w, TODAY, ORDERS_CSV, ORDER, "skipped", cases[i].reason);
        assert_int_equal(world_count(&w, "sendcloud.writes"), 0);
        close_quiet(&w);
    }
}

static void a_cancellation_that_is_withdrawn_while_it_waits_takes_nothing_back(void **state)
{
    /* REQ-Z3 */
    struct world w;

    (void)state;
    open_with_order(&w);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    writes_go_down(&w, "POST /integrations/{id}/shipments/delete");
    shop_changes(&w, ORDER, CANCELLED);
    assert_int_equal(run_an_hour_later(&w), 2);
    assert_word(&w, TODAY, CANCELS_CSV, ORDER, "waiting", "target-down");
    shop_changes(&w, ORDER, "\"items\":[{\"UserDefinedFlag\":0}]");
    clear_faults(&w);
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_int_equal(incoming_count(&w), 1);
    assert_word(&w, TODAY, ORDERS_CSV, ORDER, "same", "unchanged");
    assert_word(&w, TODAY, CANCELS_CSV, ORDER, "skipped", "withdrawn");
    shop_changes(&w, ORDER, CANCELLED); /* and now in earnest */
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_int_equal(incoming_count(&w), 0);
    assert_word(&w, TODAY, CANCELS_CSV, ORDER, "sent", "new");
    close_quiet(&w);
}

/* ---- on the way back ---- */

static void a_label_that_is_cancelled_while_the_shop_is_down_is_not_written(void **state)
{
    /* REQ-A6 */
    struct world w;

    (void)state;
    open_with_order(&w);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, ORDER, "");
    goes_down(&w, "afterbuy");
    assert_int_equal(run_an_hour_later(&w), 2);
    assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, ORDER, 0, "id"), "waiting",
                "target-down");
    parcel_moves(&w, ORDER, 0, 2000, "");
    clear_faults(&w);
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, ORDER, 0, "id"), "skipped",
                "label-cancelled");
    assert_string_equal(shop_says(&w, ORDER, "tracking"), "");
    assert_false(shop_tagged(&w, ORDER, TAG));
    close_quiet(&w);
}

static void a_tag_waits_for_the_shop_but_not_for_another_label(void **state)
{
    /* REQ-A7 REQ-Z5 */
    struct world w;

    (void)state;
    open_with_order(&w);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, ORDER, "");
    /* The number arrives; then the shop goes down before the tag. */
    world_fault(&w, "{\"call\":\"UpdateSoldItems\",\"fault\":\"403\",\"after\":1,\"times\":1000}");
    assert_int_equal(run_an_hour_later(&w), 2);
    assert_string_equal(shop_says(&w, ORDER, "tracking"),
                        parcel_says(&w, ORDER, 0, "tracking_number"));
    assert_false(shop_tagged(&w, ORDER, TAG));
    clear_faults(&w);
    world_pass(&w, 5 * DAY);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_true(shop_tagged(&w, ORDER, TAG));
    assert_word(&w, TODAY, MARKS_CSV, ORDER " " TAG, "sent", "new");
    close_quiet(&w);
}

/* ---- without a memory ---- */

static void lose_ledger(struct world *w)
{
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        (void)unlink(arena_format(&w->arena, "%s/staging/%s", w->home, names[i]));
}

static void a_lost_ledger_doubles_nothing(void **state)
{
    /* REQ-Z4 */
    static const char *const apis[] = {"v2-integration", "v3-orders"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(apis); i++) {
        struct world w;

        world_open(&w, NOW);
        (void)snprintf(w.api, sizeof w.api, "%s", apis[i]);
        world_configure(&w, NULL, NULL, NULL, NULL);
        shop_sells(&w, 560000001, 3, "");
        assert_int_equal(world_run(&w, "run", NULL), 0);
        print_label(&w, ORDER, "");
        lose_ledger(&w);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_int_equal(pushes(&w, ORDER), 1); /* a parcel: taken as ours */
        assert_word(&w, TODAY, ORDERS_CSV, ORDER, "same", "already-there");
        assert_int_equal(incoming_count(&w), 2);
        assert_true(shop_tagged(&w, ORDER, TAG));
        world_assert_balanced(&w);
        world_assert_quiet(&w);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_that_changes_while_it_waits_is_sent_as_it_is),
        cmocka_unit_test(a_change_that_is_taken_back_while_it_waits_is_none),
        cmocka_unit_test(an_order_that_is_cancelled_or_shipped_while_it_waits_is_not_sent),
        cmocka_unit_test(a_cancellation_that_is_withdrawn_while_it_waits_takes_nothing_back),
        cmocka_unit_test(a_label_that_is_cancelled_while_the_shop_is_down_is_not_written),
        cmocka_unit_test(a_tag_waits_for_the_shop_but_not_for_another_label),
        cmocka_unit_test(a_lost_ledger_doubles_nothing),
    };

    return cmocka_run_group_tests_name("meanwhile", tests, NULL, NULL);
}
