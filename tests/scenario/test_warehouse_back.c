/* test_warehouse_back.c: what left the warehouse, on its way back to Billbee: all numbers of an
 * order first, then the state "shipped", once each, however often the program is killed between. */
#include "core/text.h"
#include "depot.h"
#include "harness/harness.h"
#include "store/ledger.h"

#include <time.h>

#define TWO "\"OrderItems\":[{\"Quantity\":2}]"
#define SHIPPED 4

/* An order at the warehouse. */
static const char *handed_over(struct world *w, const char *members)
{
    const char *order = sold(w, members);

    assert_int_equal(run_a_minute_later(w), 0);
    assert_int_equal(depot_pushes(w, order), 1);
    return order;
}

static const char *shipment(struct world *w, const char *order, size_t n)
{
    return arena_format(&w->arena, "%s %s", order, depot_number(w, order, n));
}

/* The order is closed at the shop: so many numbers, all of them known to the marketplace. */
static void assert_closed(struct world *w, const char *order, size_t numbers)
{
    assert_int_equal(shop_state(w, order), SHIPPED);
    assert_int_equal(shop_numbers(w, order), numbers);
    assert_int_equal(shop_numbers_told(w, order), numbers);
    for (size_t i = 0; i < numbers; i++)
        assert_true(shop_has_number(w, order, depot_number(w, order, i)));
}

/* ---- numbers, then the state ---- */

static void a_parcel_brings_number_carrier_and_state_once(void **state)
{
    /* REQ-B8 REQ-Z4 */
    struct world *w = *state;
    const char *order = handed_over(w, ""), *other = handed_over(w, "");

    depot_ships(w, order, "");
    assert_int_equal(run_later(w), 0);
    assert_closed(w, order, 1);
    assert_string_equal(shop_number_says(w, order, depot_number(w, order, 0), "carrier"), "2");
    assert_row(w, DEPOT_SHIPMENTS, shipment(w, order, 0), "sent", "new");
    assert_row(w, DEPOT_MARKS, arena_format(&w->arena, "%s state:4", order), "sent", "new");
    assert_int_equal(shop_state(w, other), 3);
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_ORDERS, order, "same", "closed");
    depot_ends_quietly(w);
    assert_int_equal(calls_of(w, "billbee", CALL_NUMBER), 1);
    assert_int_equal(calls_of(w, "billbee", CALL_STATE), 1);
}

static void two_parcels_bring_both_numbers_before_the_state(void **state)
{
    /* REQ-B8 */
    struct world *w = *state;
    const char *order = handed_over(w, TWO);

    depot_ships(w, order, "\"parcels\":2");
    assert_int_equal(run_later(w), 0);
    assert_closed(w, order, 2);
    depot_ends_quietly(w);
    assert_int_equal(calls_of(w, "billbee", CALL_NUMBER), 2);
    assert_int_equal(calls_of(w, "billbee", CALL_STATE), 1);
}

static void an_order_partly_shipped_is_not_shipped(void **state)
{
    /* REQ-B8 REQ-Z3 */
    static const int64_t pauses[] = {HOUR, 2 * DAY}; /* read again with the second parcel; not */
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(pauses); i++) {
        const char *order = handed_over(w, TWO);

        depot_ships(w, order, "\"parcels\":2,\"partly\":true");
        assert_int_equal(run_later(w), 0);
        assert_int_equal(shop_numbers(w, order), 1);
        assert_int_equal(shop_state(w, order), 3);
        world_pass(w, pauses[i]);
        assert_int_equal(run_later(w), 0);
        assert_int_equal(shop_state(w, order), 3);
        depot_ships(w, order, "");
        assert_int_equal(run_later(w), 0);
        assert_closed(w, order, 2);
        assert_int_equal(calls_of(w, "billbee", CALL_NUMBER), 2 * (i + 1));
        assert_int_equal(calls_of(w, "billbee", CALL_STATE), i + 1);
    }
    depot_ends_quietly(w);
}

/* Waits until the call has been made once more by a program that runs beside us. */
static void wait_for_call(struct world *w, const char *call, int64_t before)
{
    const struct timespec moment = {.tv_nsec = 20000000};

    for (int tries = 0; tries < 1000 && calls_of(w, "wemalo", call) == before; tries++)
        (void)nanosleep(&moment, NULL);
    assert_true(calls_of(w, "wemalo", call) > before);
}

/* The list of parcels was read, then the second one left, and then the order is said to be shipped:
 * its state would be told while a number lacks. */
static void a_parcel_that_leaves_while_we_ask_holds_the_state_back(void **state)
{
    /* REQ-B8 */
    static const char *const words[] = {"run", NULL};
    static const char *const call = "GET /goodsOrder/sentPackages";
    struct world *w = *state;
    const char *order = handed_over(w, TWO);
    int64_t before;
    pid_t pid;

    depot_ships(w, order, "\"parcels\":2,\"partly\":true");
    world_fault(w, arena_format(&w->arena,
                                "{\"system\":\"wemalo\",\"call\":\"%s\",\"fault\":\"slow\","
                                "\"ms\":2000}",
                                call));
    world_pass(w, HOUR);
    before = calls_of(w, "wemalo", call);
    pid = world_start(w, NULL, words);
    wait_for_call(w, call, before);
    depot_ships(w, order, "");
    assert_int_equal(world_wait(pid), 0);
    assert_int_equal(shop_numbers(w, order), 1);
    assert_int_equal(shop_state(w, order), 3);
    assert_int_equal(run_a_minute_later(w), 0);
    assert_closed(w, order, 2);
    depot_ends_quietly(w);
}

static void many_parcels_all_come_back(void **state)
{
    /* REQ-B8 REQ-Z3 */
    struct world *w = *state;
    const char *orders[60];

    set_switch(w, "wemalo.rate_limits", 0);
    warehouse_configure(w, "pace = 0", "pace = 0", "flows = articles,orders,shipments,marks", NULL);
    set_switch(w, "billbee.rate_limits", 0);
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        orders[i] = sold(w, TWO);
    assert_int_equal(run_a_minute_later(w), 0);
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        depot_ships(w, orders[i], i % 3 ? "" : "\"parcels\":2");
    assert_int_equal(run_later(w), 0);
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        assert_closed(w, orders[i], i % 3 ? 1 : 2);
    depot_ends_quietly(w);
    assert_int_equal(calls_of(w, "billbee", CALL_NUMBER), 80);
    assert_int_equal(calls_of(w, "billbee", CALL_STATE), 60);
}

/* Letters have no number, some orders leave in two parcels, some of them on two days. */
static void a_warehouse_that_works_by_itself_is_followed(void **state)
{
    /* REQ-B2 REQ-B8 REQ-Z3 */
    struct world *w = *state;
    const char *orders[24];
    size_t letters = 0, in_two = 0;

    set_switch(w, "wemalo.variety", 1);
    set_switch(w, "wemalo.work_s", 7200);
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        orders[i] = sold(w, TWO);
    for (int turn = 0; turn < 24; turn++) {
        world_pass(w, 2 * HOUR);
        assert_true(world_run(w, "run", NULL) <= 1);
    }
    for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
        bool letter = text_is_empty(depot_number(w, orders[i], 0));

        assert_string_equal(depot_status(w, orders[i]), "SHIPPED");
        assert_int_equal(depot_pushes(w, orders[i]), 1);
        assert_int_equal(shop_state(w, orders[i]), letter ? 3 : SHIPPED);
        assert_int_equal(shop_numbers_told(w, orders[i]), shop_numbers(w, orders[i]));
        letters += letter;
        in_two += shop_numbers(w, orders[i]) == 2;
    }
    assert_true(letters > 0 && in_two > 0);
    depot_ends_quietly(w);
}

/* ---- when it goes wrong between the two ---- */

static void a_lost_answer_doubles_no_number_and_forgets_no_state(void **state)
{
    /* REQ-B8 REQ-Z4 */
    static const char *const calls[] = {CALL_NUMBER, CALL_STATE};
    static const char *const faults[] = {"timeout-after", "reset-header", "503-after", "503"};
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(calls) * ARRAY_LEN(faults); i++) {
        const char *order = handed_over(w, TWO);

        depot_ships(w, order, "\"parcels\":2");
        world_fault(w, arena_format(&w->arena,
                                    "{\"system\":\"billbee\",\"call\":\"%s\",\"fault\":\"%s\"}",
                                    calls[i % 2], faults[i / 2]));
        (void)run_later(w);
        assert_int_equal(faults_played(w), 1);
        clear_faults(w);
        assert_int_equal(run_a_minute_later(w), 0);
        assert_closed(w, order, 2);
    }
    depot_ends_quietly(w);
}

/* The state goes out only when no number is on its way any more. */
static void a_number_that_is_refused_for_now_holds_the_state_back(void **state)
{
    /* REQ-B8 REQ-Z3 */
    struct world *w = *state;
    const char *order = handed_over(w, TWO);

    depot_ships(w, order, "\"parcels\":2");
    world_fault(w, "{\"system\":\"billbee\",\"call\":\"" CALL_NUMBER "\",\"fault\":\"503\","
                   "\"after\":1,\"times\":1000}");
    assert_int_equal(run_later(w), 2);
    assert_int_equal(shop_numbers(w, order), 1);
    assert_int_equal(shop_state(w, order), 3);
    assert_int_equal(calls_of(w, "billbee", CALL_STATE), 0);
    clear_faults(w);
    assert_int_equal(run_a_minute_later(w), 0);
    assert_closed(w, order, 2);
    depot_ends_quietly(w);
}

/* What the marketplace was not told with the state it never hears: somebody has to mend it first.
 */
static void a_number_that_is_refused_for_good_holds_the_state_back(void **state)
{
    /* REQ-B8 REQ-Z3 */
    struct world *w = *state;
    const char *order = handed_over(w, TWO);

    depot_ships(w, order, "\"parcels\":2");
    world_fault(w, "{\"system\":\"billbee\",\"call\":\"" CALL_NUMBER "\",\"fault\":\"409\","
                   "\"after\":1,\"times\":1}");
    assert_int_equal(run_later(w), 1);
    assert_int_equal(shop_numbers(w, order), 1);
    assert_int_equal(shop_state(w, order), 3);
    assert_row(w, DEPOT_MARKS, arena_format(&w->arena, "%s state:4", order), "waiting", "queued");
    assert_int_equal(run_a_minute_later(w), 1);
    assert_int_equal(calls_of(w, "billbee", CALL_STATE), 0);
    assert_int_equal(world_run(w, "rerun", DEPOT_DAY, NULL), 0);
    assert_closed(w, order, 2);
    depot_ends_quietly(w);
}

/* Killed at each place in turn; each run goes on from where the one before was ended. */
static void a_program_that_is_killed_again_and_again_ends_right(void **state)
{
    /* REQ-B8 REQ-Z3 REQ-Z4 */
    struct world *w = *state;
    const char *first = sold(w, TWO), *second = sold(w, ""), *third;
    int code, killed = 0;

    assert_int_equal(run_a_minute_later(w), 0);
    depot_ships(w, first, "\"parcels\":2");
    depot_ships(w, second, "");
    third = sold(w, ""); /* is handed over meanwhile */
    world_pass(w, HOUR);
    do {
        code = world_run_with(w, arena_format(&w->arena, "TAGWERK_CRASH_AT=%d", ++killed), "run",
                              NULL);
    } while (code == 100);
    assert_int_equal(code, 0);
    assert_true(killed > 20);
    assert_int_equal(run_a_minute_later(w), 0);
    assert_closed(w, first, 2);
    assert_closed(w, second, 1);
    assert_int_equal(depot_pushes(w, third), 1);
    assert_true(shop_has_tag(w, third, RECEIVED));
    depot_ends_quietly(w);
}

/* ---- what has no number, or no order ---- */

static void a_letter_without_a_number_is_reported(void **state)
{
    /* REQ-B8 REQ-Z3 */
    struct world *w = *state;
    const char *order = handed_over(w, ""), *both = handed_over(w, TWO);

    depot_ships(w, order, "\"tracking\":[\"\"]");
    assert_int_equal(run_later(w), 1);
    assert_int_equal(world_summary(w, DEPOT_DAY, "shipments", "refused"), 1);
    assert_int_equal(shop_state(w, order), 3);
    assert_int_equal(shop_numbers(w, order), 0);
    /* With a parcel beside it, the order has a number that tells it is on its way. */
    depot_ships(w, both, "\"parcels\":2,\"tracking\":[\"\",\"00340412345678901234\"]");
    assert_int_equal(run_later(w), 1);
    assert_int_equal(shop_numbers(w, both), 1);
    assert_true(shop_has_number(w, both, "00340412345678901234"));
    assert_int_equal(shop_state(w, both), SHIPPED);
    depot_ends_quietly(w);
}

static void an_order_made_at_the_warehouse_is_none_of_ours(void **state)
{
    /* REQ-B8 REQ-Z3 */
    struct world *w = *state;
    const char *answer;

    (void)handed_over(w, "");
    assert_int_equal(
        world_http(
            w, w->port, "POST", "/wemalo/v1/goodsOrder/add",
            "Authorization: JWT demo-wemalo-token\r\nContent-Type: application/json\r\n",
            "{\"meta\":{\"externalId\":\"HAND-1\",\"externalIdMatch\":\"sku\",\"receiver\":[{"
            "\"name1\":\"A\",\"street\":\"B\",\"countryCode2Letter\":\"DE\",\"city\":\"C\","
            "\"zip\":\"01067\"}]},\"positions\":[{\"externalId\":\"TASSE-1\","
            "\"quantity\":1}]}",
            &answer),
        200);
    depot_ships(w, "HAND-1", "");
    assert_int_equal(run_later(w), 0);
    assert_row(w, DEPOT_SHIPMENTS, shipment(w, "HAND-1", 0), "skipped", "foreign");
    assert_int_equal(calls_of(w, "billbee", CALL_NUMBER), 0);
    depot_ends_quietly(w);
}

/* ---- carriers ---- */

static const char *covered(struct world *w, const char *name, const char *column)
{
    struct csv_table table =
        world_csv(w, "reports/" DEPOT_DAY "/shop-warehouse-shipments-coverage.csv");

    for (size_t r = 0; r < table.rows_len; r++)
        for (size_t c = 0; c < table.header.cells_len; c++)
            if (text_same(table.rows[r].cells[4], name) && text_same(table.header.cells[c], column))
                return table.rows[r].cells[c];
    return NULL;
}

static void the_coverage_report_names_what_the_table_does_not_know(void **state)
{
    /* REQ-B8 */
    struct world *w = *state;
    const char *known = handed_over(w, ""), *unknown, *place;

    (void)world_control(w, "POST", "/wemalo/profiles",
                        "{\"dispatcher\":\"Taube\",\"product\":\"t1\",\"matchId\":\"taube\","
                        "\"name\":\"Brieftaube\",\"carrier\":\"Taube, eilig\","
                        "\"carrierProduct\":\"Brieftaube \\u00fcber Nacht\"}");
    world_remap(w, "billbee-wemalo/orders.csv", "# delivery_label,set,{shipping_method}",
                "delivery_label,set,taube");
    unknown = handed_over(w, "");
    depot_ships(w, known, "");
    depot_ships(w, unknown, "");
    assert_int_equal(run_later(w), 0);
    place = depot_number(w, unknown, 0);
    assert_closed(w, unknown, 1); /* the number goes back all the same */
    assert_string_equal(shop_number_says(w, unknown, place, "carrier"), "-1"); /* none was said */
    assert_string_equal(covered(w, "Brieftaube \u00fcber Nacht", "without_row"), "1");
    assert_string_equal(covered(w, "Brieftaube \u00fcber Nacht", "known"), "0");
    assert_string_equal(covered(w, "Brieftaube \u00fcber Nacht", "field"), "carrier");
    depot_ends_quietly(w);
}

/* ---- stock ---- */

static const char *shop_stock(struct world *w, const char *sku, size_t place)
{
    const struct node *one = node_first(node_at(world_state(w, "billbee"), "articles"), NULL);

    while (one && !text_same(node_text(one, "sku"), sku))
        one = one->next;
    one = node_first(node_at(one, "stock_milli"), NULL);
    for (; place && one; place--)
        one = one->next;
    return node_text(one, "");
}

static void what_the_warehouse_has_is_written_as_stock(void **state)
{
    /* REQ-B1 REQ-D6 */
    struct world *w = *state;
    const char *order = handed_over(w, TWO);

    (void)world_control(w, "POST", "/wemalo/articles", "[{\"sku\":\"TASSE-1\",\"stock\":7}]");
    assert_int_equal(run_later(w), 0);
    assert_string_equal(shop_stock(w, "TASSE-1", 0), "5000"); /* two are promised */
    depot_ships(w, order, "");
    assert_int_equal(run_later(w), 0);
    assert_string_equal(shop_stock(w, "TASSE-1", 0), "5000");
    depot_ends_quietly(w);
}

static void stock_is_written_where_the_account_says(void **state)
{
    /* REQ-B1 */
    struct world *w = *state;

    warehouse_configure(w, "storage_location = 300000000000002", NULL, NULL, NULL);
    (void)handed_over(w, "");
    (void)world_control(w, "POST", "/wemalo/articles", "[{\"sku\":\"TASSE-1\",\"stock\":7}]");
    assert_int_equal(run_later(w), 0);
    assert_string_equal(shop_stock(w, "TASSE-1", 0), "40000"); /* as the merchant has it */
    assert_string_equal(shop_stock(w, "TASSE-1", 1), "6000");
    depot_ends_quietly(w);
}

/* ---- status ---- */

static void spend(struct world *w, uint64_t calls)
{
    struct ledger *ledger;
    struct err err;

    assert_true(
        ledger_open(arena_format(&w->arena, "%s/staging/ledger.db", w->home), &ledger, &err));
    assert_true(ledger_begin(ledger, &err));
    assert_true(ledger_calls_add(ledger, "shop", "2024-06", calls, &err));
    assert_true(ledger_commit(ledger, &err));
    ledger_close(ledger);
}

static void status_counts_the_months_calls_and_warns_in_time(void **state)
{
    struct world *w = *state;
    int64_t calls;

    (void)handed_over(w, "");
    assert_int_equal(run_later(w), 0);
    calls = world_count(w, "billbee.calls");
    world_at(w, "2024-06-16T00:00:00Z"); /* half of the month */
    assert_int_equal(world_run(w, "status", NULL), 0);
    assert_told(w, arena_format(&w->arena, "%lld calls in 2024-06, of 100000; at this pace %lld",
                                (long long)calls, (long long)(2 * calls - 1)));
    assert_not_told(w, "WARNING");
    spend(w, 60000); /* not too many yet, but at this pace there will be */
    assert_int_equal(world_run(w, "status", NULL), 0);
    assert_told(w, "WARNING: more than there are");
    spend(w, 20000);
    assert_int_equal(world_run(w, "status", NULL), 0);
    assert_told(w, "WARNING: 80 percent are used up");
    world_at(w, "2024-07-01T00:00:00Z");
    assert_int_equal(world_run(w, "status", NULL), 0);
    assert_told(w, "0 calls in 2024-07");
    assert_not_told(w, "WARNING");
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        IN_DEPOT(a_parcel_brings_number_carrier_and_state_once),
        IN_DEPOT(two_parcels_bring_both_numbers_before_the_state),
        IN_DEPOT(an_order_partly_shipped_is_not_shipped),
        IN_DEPOT(a_parcel_that_leaves_while_we_ask_holds_the_state_back),
        IN_DEPOT(many_parcels_all_come_back),
        IN_DEPOT(a_warehouse_that_works_by_itself_is_followed),
        IN_DEPOT(a_lost_answer_doubles_no_number_and_forgets_no_state),
        IN_DEPOT(a_number_that_is_refused_for_now_holds_the_state_back),
        IN_DEPOT(a_number_that_is_refused_for_good_holds_the_state_back),
        IN_DEPOT(a_program_that_is_killed_again_and_again_ends_right),
        IN_DEPOT(a_letter_without_a_number_is_reported),
        IN_DEPOT(an_order_made_at_the_warehouse_is_none_of_ours),
        IN_DEPOT(the_coverage_report_names_what_the_table_does_not_know),
        IN_DEPOT(what_the_warehouse_has_is_written_as_stock),
        IN_DEPOT(stock_is_written_where_the_account_says),
        IN_DEPOT(status_counts_the_months_calls_and_warns_in_time),
    };

    return cmocka_run_group_tests_name("warehouse: back", tests, NULL, NULL);
}
