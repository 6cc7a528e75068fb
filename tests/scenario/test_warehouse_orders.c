/* test_warehouse_orders.c: which of Billbee's orders the warehouse gets, and what becomes of those
 * that change, are handed over again, or are cancelled, before and after the warehouse begins. */
#include "core/text.h"
#include "depot.h"
#include "harness/harness.h"

#define STREET "\"ShippingAddress\":{\"Street\":\"Neue Gasse\",\"HouseNumber\":\"5\"}"
#define RETAGGED "\"Tags\":[\"wemalo\"]"

static void assert_order(struct world *w, const char *order, const char *state, const char *reason)
{
    assert_row(w, DEPOT_ORDERS, order, state, reason);
}

static const char *street(struct world *w, const char *order)
{
    return node_text(node_first(node_at(depot_order(w, order), "meta.receiver"), NULL), "street");
}

/* An order that was handed over. */
static const char *handed_over(struct world *w, const char *members)
{
    const char *order = sold(w, members);

    assert_int_equal(run_a_minute_later(w), 0);
    assert_int_equal(depot_pushes(w, order), 1);
    return order;
}

/* ---- which are taken ---- */

static void an_order_is_taken_by_state_and_tag_and_tagged_last(void **state)
{
    /* REQ-B6 REQ-Z3 REQ-Z4 */
    struct world *w = *state;
    const char *good = sold(w, "\"Tags\":[\"wemalo\",\"Eilig\",\"VIP\"]");
    const char *unpaid = sold(w, "\"State\":1");
    const char *untagged = sold(w, "\"Tags\":[\"Eilig\"]");

    assert_int_equal(run_a_minute_later(w), 0);
    assert_order(w, good, "sent", "new");
    assert_order(w, unpaid, "skipped", "wrong-state");
    assert_order(w, untagged, "skipped", "wrong-tag");
    assert_string_equal(depot_status(w, good), "OPEN");
    assert_null(depot_order(w, unpaid));
    assert_null(depot_order(w, untagged));
    assert_true(shop_has_tag(w, good, RECEIVED));
    assert_true(shop_has_tag(w, good, "Eilig"));
    assert_true(shop_has_tag(w, good, "VIP"));
    assert_int_equal(shop_tags(w, good), 4);
    assert_false(shop_has_tag(w, unpaid, RECEIVED));
    assert_int_equal(shop_tags(w, untagged), 1);
    assert_int_equal(calls_of(w, "billbee", CALL_TAG), 1);
    assert_int_equal(calls_of(w, "billbee", "PUT /orders/{id}/tags"), 0);
    assert_int_equal(calls_of(w, "billbee", CALL_STATE), 0);
    assert_row(w, DEPOT_MARKS, arena_format(&w->arena, "%s " RECEIVED, good), "sent", "new");
    assert_int_equal(run_later(w), 0);
    assert_order(w, good, "same", "kept");
    depot_ends_quietly(w);
    assert_int_equal(depot_pushes(w, good), 1);
}

static void an_order_that_was_not_received_gets_no_tag(void **state)
{
    /* REQ-B6 REQ-Z4 */
    struct world *w = *state;
    const char *order = sold(w, "");

    world_fault(w, "{\"system\":\"wemalo\",\"call\":\"" CALL_PUSH "\",\"fault\":\"503\","
                   "\"times\":1000}");
    assert_int_equal(run_a_minute_later(w), 2);
    assert_false(shop_has_tag(w, order, RECEIVED));
    clear_faults(w);
    assert_int_equal(run_later(w), 0);
    assert_true(shop_has_tag(w, order, RECEIVED));
    assert_int_equal(depot_pushes(w, order), 1);
    depot_ends_quietly(w);
}

static void a_push_whose_answer_is_lost_is_not_repeated(void **state)
{
    /* REQ-B6 REQ-Z4 */
    static const char *const faults[] = {"timeout-after", "reset-body", "503-after"};
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        const char *order = sold(w, "");

        world_fault(w, arena_format(&w->arena,
                                    "{\"system\":\"wemalo\",\"call\":\"" CALL_PUSH
                                    "\",\"fault\":\"%s\"}",
                                    faults[i]));
        (void)run_a_minute_later(w);
        assert_int_equal(run_a_minute_later(w), 0);
        assert_int_equal(depot_pushes(w, order), 1);
        assert_true(shop_has_tag(w, order, RECEIVED));
    }
    depot_ends_quietly(w);
}

/* The other state is a setting of the account and a word in one rule; the tag is one of both. */
static void state_and_tag_are_settings(void **state)
{
    /* REQ-B1 */
    struct world *w = *state;
    const char *order, *other;

    world_configure_text(
        w, arena_format(&w->arena,
                        "[account shop]\nsystem = billbee\nurl = http://127.0.0.1:%u/billbee\n"
                        "user = haendler@example.org\napi_password = Demo-Passwort-1\n"
                        "api_key = 00000000-0000-4000-8000-000000000001\n"
                        "state = 16\ntag = Lager Nord\n"
                        "[account warehouse]\nsystem = wemalo\n"
                        "url = http://127.0.0.1:%u/wemalo\ntoken = demo-wemalo-token\n"
                        "[route shop-warehouse]\nfrom = shop\nto = warehouse\ntag = Lager Nord\n",
                        w->port, w->port));
    world_remap(w, "billbee-wemalo/orders.csv", "tags != state:3", "tags != state:16");
    order = sold(w, "\"State\":16,\"Tags\":[\"lager nord\"]");
    other = sold(w, "\"State\":3,\"Tags\":[\"wemalo\"]");
    assert_int_equal(run_a_minute_later(w), 0);
    assert_order(w, order, "sent", "new");
    assert_order(w, other, "skipped", "wrong-state");
    assert_true(shop_has_tag(w, order, "order_received_by_Lager Nord"));
    depot_ends_quietly(w);
}

static void wrong_credentials_end_the_run_and_change_nothing(void **state)
{
    /* REQ-B1 REQ-Z3 */
    struct world *w = *state;

    (void)sold(w, "");
    warehouse_configure(w, "api_password = falsch", NULL, NULL, NULL);
    assert_int_not_equal(run_a_minute_later(w), 0);
    assert_int_equal(world_count(w, "writes"), 0);
    warehouse_configure(w, NULL, NULL, NULL, NULL);
    assert_int_equal(run_later(w), 0);
    depot_ends_quietly(w);
}

/* The order was tagged long before it is in the state: no window shows it, the work list does. */
static void an_old_order_is_taken_when_its_time_comes(void **state)
{
    /* REQ-B6 REQ-Z5 */
    struct world *w = *state;
    const char *order = sold(
        w, "\"CreatedAt\":\"2024-04-01T09:00:00Z\",\"LastModifiedAt\":\"2024-04-01T09:00:00Z\"");

    assert_int_equal(run_a_minute_later(w), 0);
    assert_string_equal(world_cell(w, "2024-04-01", DEPOT_ORDERS, order, "state"), "sent");
    assert_true(shop_has_tag(w, order, RECEIVED));
    depot_ends_quietly(w);
}

/* ---- pages that move ---- */

static void many_orders(struct world *w, size_t count)
{
    AUTO(buf_done) struct buf json = {0};

    buf_char(&json, '[');
    for (size_t i = 0; i < count; i++)
        buf_format(&json, "%s{}", i ? "," : "");
    buf_char(&json, ']');
    (void)world_control(w, "POST", "/billbee/orders", buf_str(&json));
}

/* More than a page, each time: what was tagged a while ago is read again. */
static void no_order_is_lost_or_doubled_when_pages_move(void **state)
{
    /* REQ-B6 REQ-Z3 REQ-Z4 */
    static const char *const faults[] = {"drift", "page-size", "dup-item", "empty-page-next"};
    struct world *w = *state;
    int64_t count = 0;

    set_switch(w, "wemalo.rate_limits", 0);
    warehouse_configure(w, NULL, "pace = 0", "flows = articles,orders,marks", NULL);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
        many_orders(w, i ? 10 : 260);
        count += i ? 10 : 260;
        world_fault(w, arena_format(&w->arena,
                                    "{\"system\":\"billbee\",\"call\":\"GET /orders\","
                                    "\"fault\":\"%s\",\"times\":2}",
                                    faults[i]));
        (void)run_a_minute_later(w);
        assert_true(faults_played(w) > 0);
        clear_faults(w);
        assert_int_equal(run_a_minute_later(w), 0);
        assert_int_equal(calls_of(w, "wemalo", CALL_PUSH), count);
        assert_int_equal(calls_of(w, "billbee", CALL_TAG), count);
    }
    depot_ends_quietly(w);
}

/* The merchant touches some of the first page between two runs, and all the others move up. */
static void what_the_merchant_touches_between_runs_hides_nothing(void **state)
{
    /* REQ-B6 REQ-Z3 REQ-Z4 */
    struct world *w = *state;

    set_switch(w, "wemalo.rate_limits", 0);
    warehouse_configure(w, NULL, "pace = 0", "flows = articles,orders,marks", NULL);
    many_orders(w, 260);
    assert_int_equal(run_a_minute_later(w), 0);
    many_orders(w, 20);
    for (int i = 1; i <= 20; i++)
        (void)merchant(w, arena_format(&w->arena, "3000001800000%02d", i),
                       "\"Tags\":[\"wemalo\",\"" RECEIVED "\",\"gepr\\u00fcft\"]");
    assert_int_equal(run_a_minute_later(w), 0);
    assert_int_equal(calls_of(w, "wemalo", CALL_PUSH), 280);
    assert_int_equal(calls_of(w, "billbee", CALL_TAG), 280);
    depot_ends_quietly(w);
}

/* ---- handed over again ---- */

static void a_change_alone_is_not_sent(void **state)
{
    /* REQ-B7 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    (void)merchant(w, order, STREET);
    assert_int_equal(run_later(w), 0);
    assert_order(w, order, "same", "kept");
    assert_int_equal(depot_pushes(w, order), 1);
    depot_ends_quietly(w);
}

static void a_change_is_sent_once_when_the_tag_is_set_anew(void **state)
{
    /* REQ-B7 REQ-Z4 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    (void)merchant(w, order, RETAGGED "," STREET);
    assert_int_equal(run_later(w), 0);
    assert_order(w, order, "sent", "changed");
    assert_string_equal(street(w, order), "Neue Gasse");
    assert_int_equal(depot_pushes(w, order), 2);
    assert_true(shop_has_tag(w, order, RECEIVED));
    assert_int_equal(calls_of(w, "billbee", CALL_TAG), 2);
    depot_ends_quietly(w);
    assert_int_equal(depot_pushes(w, order), 2);
}

static void the_tag_set_anew_without_a_change_is_only_confirmed(void **state)
{
    /* REQ-B7 REQ-Z4 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    for (int turn = 2; turn <= 3; turn++) {
        (void)merchant(w, order, RETAGGED);
        assert_int_equal(run_later(w), 0);
        assert_order(w, order, "same", "unchanged");
        assert_true(shop_has_tag(w, order, RECEIVED));
        assert_int_equal(calls_of(w, "billbee", CALL_TAG), turn);
    }
    assert_int_equal(depot_pushes(w, order), 1);
    depot_ends_quietly(w);
}

/* Without the received-tag, the merchant sees in Billbee itself that his change did not arrive. */
static void a_change_while_the_warehouse_works_is_too_late(void **state)
{
    /* REQ-B7 REQ-Z3 */
    static const char *const statuses[] = {"INPROCESS", "INPICKING", "READYFORSHIPMENT", "PACKED"};
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
        const char *order = handed_over(w, "");

        depot_moves(w, order, statuses[i]);
        (void)merchant(w, order, RETAGGED "," STREET);
        assert_int_equal(run_later(w), 1);
        assert_order(w, order, "refused", "too-late");
        assert_non_null(strstr(depot_cell(w, DEPOT_ORDERS, order, "detail"), statuses[i]));
        assert_string_not_equal(street(w, order), "Neue Gasse");
        assert_false(shop_has_tag(w, order, RECEIVED));
        assert_int_equal(depot_pushes(w, order), 1); /* seen before it was sent */
        (void)merchant(w, order, "\"Tags\":[\"wemalo\",\"" RECEIVED "\"]");
    }
    assert_int_equal(run_later(w), 0);
    depot_ends_quietly(w);
}

static void a_change_of_an_order_that_waits_for_goods_is_sent(void **state)
{
    /* REQ-B7 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    depot_moves(w, order, "PARTIAL");
    (void)merchant(w, order, RETAGGED "," STREET);
    assert_int_equal(run_later(w), 0);
    assert_order(w, order, "sent", "changed");
    assert_string_equal(street(w, order), "Neue Gasse");
    depot_ends_quietly(w);
}

static void a_lost_answer_to_a_change_does_not_lose_the_tag(void **state)
{
    /* REQ-B7 REQ-Z4 */
    static const char *const calls[][2] = {{"wemalo", CALL_PUSH}, {"billbee", CALL_TAG}};
    static const char *const faults[] = {"reset-body", "503-after", "503"};
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(calls) * ARRAY_LEN(faults); i++) {
        const char *order = handed_over(w, "");

        (void)merchant(w, order, RETAGGED "," STREET);
        world_fault(w,
                    arena_format(&w->arena, "{\"system\":\"%s\",\"call\":\"%s\",\"fault\":\"%s\"}",
                                 calls[i % 2][0], calls[i % 2][1], faults[i / 2]));
        (void)run_later(w);
        assert_int_equal(run_a_minute_later(w), 0);
        assert_string_equal(street(w, order), "Neue Gasse");
        assert_true(shop_has_tag(w, order, RECEIVED));
        assert_int_equal(shop_tags(w, order), 2);
    }
    depot_ends_quietly(w);
}

/* ---- cancelled ---- */

static void an_order_cancelled_before_it_is_taken_stays(void **state)
{
    /* REQ-B6 */
    struct world *w = *state;
    const char *order = sold(w, "");

    (void)merchant(w, order, "\"cancel\":true");
    assert_int_equal(run_a_minute_later(w), 0);
    assert_order(w, order, "skipped", "cancelled");
    assert_null(depot_order(w, order));
    depot_ends_quietly(w);
}

static void an_order_cancelled_in_time_is_cancelled_at_the_warehouse(void **state)
{
    /* REQ-C2 REQ-C4 REQ-Z4 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    (void)merchant(w, order, "\"cancel\":true");
    assert_int_equal(run_later(w), 0);
    assert_string_equal(depot_status(w, order), "CANCELLED");
    assert_row(w, DEPOT_CANCELS, order, "sent", "new");
    assert_int_equal(calls_of(w, "wemalo", CALL_CANCEL), 1);
    depot_ends_quietly(w);
    assert_int_equal(calls_of(w, "wemalo", CALL_CANCEL), 1);
}

/* wemalo answers a cancellation that is too late like one that worked: only its status tells. */
static void a_cancellation_that_is_too_late_asks_for_a_person(void **state)
{
    /* REQ-C4 REQ-Z3 */
    struct world *w = *state;

    for (int silent = 0; silent <= 1; silent++) {
        const char *order = handed_over(w, "");

        set_switch(w, "wemalo.cancel_silent", silent);
        depot_moves(w, order, "INPICKING");
        (void)merchant(w, order, "\"cancel\":true");
        assert_int_equal(run_later(w), 1);
        assert_row(w, DEPOT_CANCELS, order, "refused", "too-late");
        assert_non_null(strstr(depot_cell(w, DEPOT_CANCELS, order, "detail"), "INPICKING"));
        assert_string_equal(depot_status(w, order), "INPICKING");
    }
    depot_ends_quietly(w);
}

static void a_cancellation_that_is_withdrawn_sends_the_order_again(void **state)
{
    /* REQ-B6 REQ-Z4 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    (void)merchant(w, order, "\"cancel\":true");
    assert_int_equal(run_later(w), 0);
    (void)merchant(w, order, "\"State\":3," RETAGGED);
    assert_int_equal(run_later(w), 0);
    assert_order(w, order, "sent", "new");
    assert_string_equal(depot_status(w, order), "OPEN");
    assert_true(shop_has_tag(w, order, RECEIVED));
    depot_ends_quietly(w);
}

/* ---- cancelled after the invoice: an order of its own ---- */

static void a_credit_order_cancels_its_original_and_is_never_shipped(void **state)
{
    /* REQ-C5 REQ-Z4 */
    struct world *w = *state;

    for (int parent = 0; parent <= 1; parent++) {
        const char *order = handed_over(w, ""), *credit;

        set_switch(w, "billbee.credit_parent", parent);
        credit = merchant(w, order, "\"credit\":true");
        assert_int_equal(run_later(w), 0);
        assert_order(w, credit, "skipped", "credit");
        assert_row(w, DEPOT_CANCELS, order, "sent", "new");
        assert_string_equal(depot_status(w, order), "CANCELLED");
        assert_null(depot_order(w, credit));
        (void)merchant(w, order, RETAGGED); /* by mistake: it is not sent any more */
        assert_int_equal(run_later(w), 0);
        assert_int_equal(depot_pushes(w, order), 1);
    }
    depot_ends_quietly(w);
}

/* Read in one run with its original, it may take back what that very run has just sent. */
static void a_credit_before_the_push_leaves_nothing_to_ship(void **state)
{
    /* REQ-C5 REQ-Z3 */
    struct world *w = *state;
    const char *order = sold(w, "");

    (void)merchant(w, order, "\"credit\":true");
    assert_int_equal(run_a_minute_later(w), 0);
    (void)run_later(w);
    assert_true(!depot_order(w, order) || text_same(depot_status(w, order), "CANCELLED"));
    assert_true(depot_pushes(w, order) <= 1);
    depot_ends_quietly(w);
}

/* The warehouse is to ship the rest: how, a person must tell it. */
static void a_credit_of_a_part_cancels_nothing_and_is_never_shipped(void **state)
{
    /* REQ-C5 */
    struct world *w = *state;
    const char *order = handed_over(w, "\"OrderItems\":[{\"Quantity\":3}]");
    const char *credit = merchant(w, order, "\"credit\":[{\"item\":0,\"quantity\":1}]");

    assert_int_equal(run_later(w), 0);
    assert_string_equal(depot_status(w, order), "OPEN");
    assert_null(depot_order(w, credit));
    (void)merchant(w, credit, "\"State\":3," RETAGGED); /* a rule in Billbee that knows no better */
    (void)run_later(w);
    assert_order(w, credit, "skipped", "credit");
    assert_int_equal(calls_of(w, "wemalo", CALL_PUSH), 1);
    assert_false(shop_has_tag(w, credit, RECEIVED));
    depot_ends_quietly(w);
}

static void a_credit_that_is_too_late_asks_for_a_person(void **state)
{
    /* REQ-C4 REQ-C5 */
    struct world *w = *state;
    const char *order = handed_over(w, "");

    depot_moves(w, order, "INPROCESS");
    (void)merchant(w, order, "\"credit\":true");
    assert_int_equal(run_later(w), 1);
    assert_row(w, DEPOT_CANCELS, order, "refused", "too-late");
    assert_string_equal(depot_status(w, order), "INPROCESS");
    depot_ends_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DEPOT(an_order_is_taken_by_state_and_tag_and_tagged_last),
        IN_DEPOT(an_order_that_was_not_received_gets_no_tag),
        IN_DEPOT(a_push_whose_answer_is_lost_is_not_repeated),
        IN_DEPOT(state_and_tag_are_settings),
        IN_DEPOT(wrong_credentials_end_the_run_and_change_nothing),
        IN_DEPOT(an_old_order_is_taken_when_its_time_comes),
        IN_DEPOT(no_order_is_lost_or_doubled_when_pages_move),
        IN_DEPOT(what_the_merchant_touches_between_runs_hides_nothing),
        IN_DEPOT(a_change_alone_is_not_sent),
        IN_DEPOT(a_change_is_sent_once_when_the_tag_is_set_anew),
        IN_DEPOT(the_tag_set_anew_without_a_change_is_only_confirmed),
        IN_DEPOT(a_change_while_the_warehouse_works_is_too_late),
        IN_DEPOT(a_change_of_an_order_that_waits_for_goods_is_sent),
        IN_DEPOT(a_lost_answer_to_a_change_does_not_lose_the_tag),
        IN_DEPOT(an_order_cancelled_before_it_is_taken_stays),
        IN_DEPOT(an_order_cancelled_in_time_is_cancelled_at_the_warehouse),
        IN_DEPOT(a_cancellation_that_is_too_late_asks_for_a_person),
        IN_DEPOT(a_cancellation_that_is_withdrawn_sends_the_order_again),
        IN_DEPOT(a_credit_order_cancels_its_original_and_is_never_shipped),
        IN_DEPOT(a_credit_before_the_push_leaves_nothing_to_ship),
        IN_DEPOT(a_credit_of_a_part_cancels_nothing_and_is_never_shipped),
        IN_DEPOT(a_credit_that_is_too_late_asks_for_a_person),
    };

    return cmocka_run_group_tests_name("warehouse: orders", tests, NULL, NULL);
}
