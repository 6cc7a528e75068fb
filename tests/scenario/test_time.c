/* test_time.c: which orders a run reads: the merchant's days from midnight to midnight, clock
 * changes, days missed by an outage, and pages whose edges nobody may trust. */
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

/* An order sold at that moment. */
static void sold_at(struct world *w, const char *order, const char *iso)
{
    world_order(w, arena_format(&w->arena, "\"id\":%s,\"at\":\"%s\"", order, iso));
}

static void assert_pushed(struct world *w, const char *const *orders, int64_t times)
{
    for (; *orders; orders++)
        if (pushes(w, *orders) != times)
            fail_msg("order %s was pushed %lld times instead of %lld", *orders,
                     (long long)pushes(w, *orders), (long long)times);
}

#define assert_sent(w, ...) assert_pushed(w, (const char *const[]){__VA_ARGS__, NULL}, 1)
#define assert_left(w, ...) assert_pushed(w, (const char *const[]){__VA_ARGS__, NULL}, 0)

/* ---- days ---- */

static void days_go_from_midnight_to_midnight(void **state)
{
    /* REQ-A1 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    sold_at(&w, "560000001", "2024-06-02T21:59:59Z"); /* 2 June 23:59:59 in Berlin */
    sold_at(&w, "560000002", "2024-06-02T22:00:00Z"); /* 3 June 00:00:00 */
    sold_at(&w, "560000003", "2024-06-03T21:59:59Z");
    sold_at(&w, "560000004", "2024-06-03T22:00:00Z");
    sold_at(&w, "560000005", "2024-06-04T21:59:59Z"); /* its auction ends tonight */
    sold_at(&w, "560000006", "2024-06-04T22:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000002", "560000003", "560000004", "560000005");
    assert_left(&w, "560000001", "560000006");
    assert_int_equal(world_summary(&w, "2024-06-03", "orders", "source"), 2);
    assert_int_equal(world_summary(&w, "2024-06-04", "orders", "source"), 2);
    assert_word(&w, "2024-06-03", ORDERS_CSV, "560000003", "sent", "new");
    assert_word(&w, "2024-06-04", ORDERS_CSV, "560000004", "sent", "new");
    world_assert_quiet(&w);
    world_at(&w, "2024-06-05T08:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000005", "560000006");
    assert_int_equal(world_summary(&w, "2024-06-05", "orders", "sent"), 1);
    world_assert_quiet(&w);
    world_close(&w);
}

static void the_day_that_begins_summer_time_has_23_hours(void **state)
{
    /* REQ-A1 */
    struct world w;

    (void)state;
    world_open(&w, "2024-03-31T10:00:00Z");
    sold_at(&w, "560000001", "2024-03-29T22:59:59Z");
    sold_at(&w, "560000002", "2024-03-29T23:00:00Z"); /* 30 March 00:00:00, winter time */
    sold_at(&w, "560000003", "2024-03-31T00:59:59Z"); /* 01:59:59 */
    sold_at(&w, "560000004", "2024-03-31T01:00:00Z"); /* 03:00:00, the next second */
    sold_at(&w, "560000005", "2024-03-31T21:59:59Z"); /* 23:59:59, summer time */
    sold_at(&w, "560000006", "2024-03-31T22:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000002", "560000003", "560000004", "560000005");
    assert_left(&w, "560000001", "560000006");
    assert_int_equal(world_summary(&w, "2024-03-30", "orders", "source"), 1);
    assert_int_equal(world_summary(&w, "2024-03-31", "orders", "source"), 3);
    world_at(&w, "2024-03-31T22:30:00Z"); /* 1 April 00:30 */
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000006");
    assert_int_equal(world_summary(&w, "2024-04-01", "orders", "source"), 1);
    world_assert_quiet(&w);
    world_close(&w);
}

static void the_day_that_ends_summer_time_has_25_hours(void **state)
{
    /* REQ-A1 */
    struct world w;

    (void)state;
    world_open(&w, "2024-10-27T00:45:00Z"); /* 02:45, the first time */
    sold_at(&w, "560000001", "2024-10-25T21:59:59Z");
    sold_at(&w, "560000002", "2024-10-25T22:00:00Z");
    sold_at(&w, "560000003", "2024-10-27T00:30:00Z"); /* 02:30 */
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000002", "560000003");
    world_at(&w, "2024-10-27T01:45:00Z");             /* 02:45 again */
    sold_at(&w, "560000004", "2024-10-27T01:30:00Z"); /* 02:30 again */
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000003", "560000004");
    sold_at(&w, "560000005", "2024-10-27T22:59:59Z"); /* 23:59:59, winter time */
    sold_at(&w, "560000006", "2024-10-27T23:00:00Z");
    world_at(&w, "2024-10-27T22:59:59Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000005");
    assert_left(&w, "560000001", "560000006");
    assert_int_equal(world_summary(&w, "2024-10-26", "orders", "source"), 1);
    assert_int_equal(world_summary(&w, "2024-10-27", "orders", "source"), 3);
    world_at(&w, "2024-10-28T08:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000006");
    world_assert_quiet(&w);
    world_close(&w);
}

static void a_clock_that_was_set_back_loses_nothing(void **state)
{
    /* REQ-A1 REQ-Z4 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-06T08:00:00Z"); /* two days ahead by mistake */
    sold_at(&w, "560000001", "2024-06-06T07:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    world_at(&w, "2024-06-04T08:00:00Z");
    sold_at(&w, "560000002", "2024-06-03T07:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, "560000002", "");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000001", "560000002");
    assert_non_null(shop_says(&w, "560000002", "tracking"));
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

/* ---- outages ---- */

static void three_missed_days_are_caught_up(void **state)
{
    /* REQ-Z5 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    sold_at(&w, "560000001", "2024-06-04T07:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    sold_at(&w, "560000002", "2024-06-04T20:00:00Z"); /* after that run */
    sold_at(&w, "560000003", "2024-06-05T10:00:00Z");
    sold_at(&w, "560000004", "2024-06-06T10:00:00Z");
    sold_at(&w, "560000005", "2024-06-08T07:00:00Z");
    world_at(&w, "2024-06-08T08:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000001", "560000002", "560000003", "560000004", "560000005");
    assert_word(&w, "2024-06-05", ORDERS_CSV, "560000003", "sent", "new");
    assert_word(&w, "2024-06-04", ORDERS_CSV, "560000001", "same", "unchanged");
    world_assert_quiet(&w);
    world_close(&w);
}

static void twelve_missed_days_are_caught_up_and_each_can_be_done_again(void **state)
{
    /* REQ-Z5 REQ-Z2 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    for (int day = 0; day <= 12; day++)
        sold_at(&w, arena_format(&w.arena, "%d", 560000001 + day),
                arena_format(&w.arena, "2024-06-%02dT20:00:00Z", 4 + day));
    world_at(&w, "2024-06-16T21:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    for (int day = 0; day <= 12; day++) {
        const char *text = arena_format(&w.arena, "2024-06-%02d", 4 + day);

        assert_sent(&w, arena_format(&w.arena, "%d", 560000001 + day));
        assert_int_equal(world_summary(&w, text, "orders", "source"), 1);
        assert_int_equal(world_run(&w, "rerun", text, NULL), 0);
        assert_int_equal(world_summary(&w, text, "orders", "same"), 1);
    }
    world_assert_quiet(&w);
    world_close(&w);
}

static void labels_printed_during_an_outage_go_back(void **state)
{
    /* REQ-Z5 REQ-A6 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    sold_at(&w, "560000001", "2024-06-04T07:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    world_pass(&w, 2 * HOUR);
    print_label(&w, "560000001", "");
    world_pass(&w, 12 * DAY);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"),
                        parcel_says(&w, "560000001", 0, "tracking_number"));
    world_assert_quiet(&w);
    world_close(&w);
}

static void the_first_run_reads_as_far_back_as_was_chosen(void **state)
{
    /* REQ-A1 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    world_configure(&w, NULL, NULL, "tag = " TAG "\nfirst_days = 10", NULL);
    sold_at(&w, "560000001", "2024-05-24T21:59:59Z");
    sold_at(&w, "560000002", "2024-05-24T22:00:00Z");
    sold_at(&w, "560000003", "2024-06-01T10:00:00Z");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000002", "560000003");
    assert_left(&w, "560000001");
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

static void a_target_that_was_down_from_the_first_run_on_gets_every_order(void **state)
{
    /* REQ-Z5 REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    sold_at(&w, "560000001", "2024-06-03T07:00:00Z");
    sold_at(&w, "560000002", "2024-06-04T07:00:00Z");
    world_fault(&w, "{\"system\":\"sendcloud\",\"fault\":\"401\",\"times\":1000}");
    assert_int_equal(world_run(&w, "run", NULL), 2);
    assert_word(&w, "2024-06-03", ORDERS_CSV, "560000001", "waiting", "target-down");
    for (int day = 0; day < 4; day++) {
        world_pass(&w, DAY);
        assert_int_equal(world_run(&w, "run", NULL), 2);
    }
    clear_faults(&w);
    world_pass(&w, DAY);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_sent(&w, "560000001", "560000002");
    assert_word(&w, "2024-06-03", ORDERS_CSV, "560000001", "sent", "new");
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

/* ---- pages ---- */

static void assert_all_sent(struct world *w, int64_t first, int64_t count)
{
    assert_int_equal(world_summary(w, "2024-06-04", "orders", "source"), count);
    assert_int_equal(incoming_count(w), count);
    for (int64_t i = first; i < first + count; i += count / 7)
        assert_sent(w, arena_format(&w->arena, "%lld", (long long)i));
}

static void every_page_is_read_whether_its_border_belongs_to_it_or_not(void **state)
{
    /* REQ-A1 REQ-Z4 */
    (void)state;
    for (int inclusive = 0; inclusive <= 1; inclusive++) {
        struct world w;

        world_open(&w, "2024-06-04T08:00:00Z");
        set_switch(&w, "afterbuy.range_inclusive", inclusive);
        shop_sells(&w, 560000001, 600, "\"at\":\"2024-06-04T07:00:00Z\""); /* in one second */
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_all_sent(&w, 560000001, 600);
        assert_int_equal(world_count(&w, "sendcloud.mutations"), 600);
        assert_int_equal(calls_of(&w, "afterbuy", "GetSoldItems"), 3);
        world_assert_balanced(&w);
        world_assert_quiet(&w);
        world_close(&w);
    }
}

static void exactly_one_page_is_read_to_its_end(void **state)
{
    /* REQ-A1 */
    (void)state;
    for (int inclusive = 0; inclusive <= 1; inclusive++) {
        struct world w;

        world_open(&w, "2024-06-04T08:00:00Z");
        set_switch(&w, "afterbuy.range_inclusive", inclusive);
        shop_sells(&w, 560000001, 250, "");
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_all_sent(&w, 560000001, 250);
        shop_sells(&w, 560000251, 1, "");
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_all_sent(&w, 560000001, 251);
        world_assert_quiet(&w);
        world_close(&w);
    }
}

static void an_order_that_stands_on_two_pages_is_sent_once(void **state)
{
    /* REQ-Z4 REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    shop_sells(&w, 560000001, 300, "");
    world_fault(&w, "{\"system\":\"afterbuy\",\"call\":\"GetSoldItems\",\"fault\":\"dup-item\","
                    "\"times\":2}");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(faults_played(&w), 2);
    assert_all_sent(&w, 560000001, 300);
    assert_int_equal(world_count(&w, "sendcloud.mutations"), 300);
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

static void an_order_that_slips_past_a_page_is_found_by_the_next_run(void **state)
{
    /* REQ-A1 REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    set_switch(&w, "afterbuy.range_inclusive", 0);
    shop_sells(&w, 560000001, 300, "");
    world_fault(&w, "{\"system\":\"afterbuy\",\"call\":\"GetSoldItems\",\"fault\":\"drift\","
                    "\"times\":1}");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(faults_played(&w), 1);
    assert_int_equal(incoming_count(&w), 299);
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_all_sent(&w, 560000001, 300);
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

static void pages_without_end_are_given_up_and_lose_nothing(void **state)
{
    /* REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    shop_sells(&w, 560000001, 300, "");
    world_fault(&w, "{\"system\":\"afterbuy\",\"call\":\"GetSoldItems\",\"fault\":\"endless-next\","
                    "\"times\":50}");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_true(calls_of(&w, "afterbuy", "GetSoldItems") < 10);
    clear_faults(&w);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_all_sent(&w, 560000001, 300);
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_go_from_midnight_to_midnight),
        cmocka_unit_test(the_day_that_begins_summer_time_has_23_hours),
        cmocka_unit_test(the_day_that_ends_summer_time_has_25_hours),
        cmocka_unit_test(a_clock_that_was_set_back_loses_nothing),
        cmocka_unit_test(three_missed_days_are_caught_up),
        cmocka_unit_test(twelve_missed_days_are_caught_up_and_each_can_be_done_again),
        cmocka_unit_test(labels_printed_during_an_outage_go_back),
        cmocka_unit_test(the_first_run_reads_as_far_back_as_was_chosen),
        cmocka_unit_test(a_target_that_was_down_from_the_first_run_on_gets_every_order),
        cmocka_unit_test(every_page_is_read_whether_its_border_belongs_to_it_or_not),
        cmocka_unit_test(exactly_one_page_is_read_to_its_end),
        cmocka_unit_test(an_order_that_stands_on_two_pages_is_sent_once),
        cmocka_unit_test(an_order_that_slips_past_a_page_is_found_by_the_next_run),
        cmocka_unit_test(pages_without_end_are_given_up_and_lose_nothing),
    };

    return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
