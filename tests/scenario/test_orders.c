/* test_orders.c: which orders leave the shop, and one rich order as it arrives: every amount,
 * weight and time where Sendcloud's reference wants it. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

/* ---- what stays ---- */

static void a_tracked_order_stays_in_the_shop(void **state)
{
    /* REQ-A2 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"AdditionalInfo\":\"00340434161094000001\"");
    world_order(w, "\"id\":560000002,\"AdditionalInfo\":\"wird abgeholt\"");
    world_order(w, "\"id\":560000003,\"labels\":[{\"ItemID\":\"56000000300\",\"PackageNumber\":1,"
                   "\"ParcelLabelNumber\":\"00340434161094000003\"}]");
    world_order(w, "\"id\":560000004");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "skipped", "tracked");
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "skipped", "tracked");
    assert_word(w, TODAY, ORDERS_CSV, "560000003", "skipped", "tracked");
    assert_word(w, TODAY, ORDERS_CSV, "560000004", "sent", "new");
    assert_int_equal(world_summary(w, TODAY, "orders", "skipped"), 3);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 1);
    assert_int_equal(incoming_count(w), 1);
    assert_int_equal(pushes(w, "560000004"), 1);
    end_quietly(w);
}

static void white_space_is_no_tracking_number(void **state)
{
    /* REQ-A2 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"AdditionalInfo\":\" \\t\\r\\n \"");
    world_order(w, "\"id\":560000002,\"AdditionalInfo\":\"\\u00a0\"");
    world_order(w, "\"id\":560000003,\"AdditionalInfo\":null,\"labels\":[{\"ItemID\":\"1\","
                   "\"PackageNumber\":1,\"ParcelLabelNumber\":\" \"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), 3);
    assert_int_equal(incoming_count(w), 3);
    end_quietly(w);
}

static void a_tracking_number_that_the_merchant_takes_away_lets_the_order_go(void **state)
{
    /* REQ-A2 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"AdditionalInfo\":\"bitte warten\"");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(incoming_count(w), 0);
    shop_changes(w, "560000001", "\"AdditionalInfo\":\"\"");
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
    assert_int_equal(pushes(w, "560000001"), 1);
    end_quietly(w);
}

static void lines_that_amazon_ships_stay_out(void **state)
{
    struct world *w = *state;
    static const char *const types[] = {"201", "301", "501"};

    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        world_order(w, arena_format(&w->arena,
                                    "\"id\":56000000%zu,\"items\":[{\"InternalItemType\":\"%s\"}]",
                                    i + 1, types[i]));
    world_order(w, "\"id\":560000004,\"payment\":{\"FullAmount\":\"49,90\"},"
                   "\"items\":[{\"InternalItemType\":\"301\",\"ItemPrice\":\"20,00\","
                   "\"ItemWeight\":\"9\"},{\"AlternativeItemNumber1\":\"KH-200\","
                   "\"ItemPrice\":\"29,90\",\"ItemWeight\":\"0,5\"}]");
    world_order(w, "\"id\":560000005,\"items\":[{\"InternalItemType\":\"401\"}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        assert_word(w, TODAY, ORDERS_CSV, arena_format(&w->arena, "56000000%zu", i + 1), "skipped",
                    "fba");
    assert_int_equal(incoming_count(w), 2);
    assert_int_equal(pushed_lines(w, "560000004"), 1);
    assert_line(w, "560000004", 0, "sku", "KH-200");
    assert_pushed(w, "560000004", "weight", "0.5");
    assert_pushed(w, "560000004", "total", "29.90");
    assert_noted(w, "560000004", "left-out:fba");
    assert_cell(w, "560000004", "items", "1");
    end_quietly(w);
}

static void an_order_marked_as_cancelled_stays_in_the_shop(void **state)
{
    struct world *w = *state;

    world_configure(w, "cancelled_flag = 42", NULL, NULL, NULL);
    world_order(w, "\"id\":560000001,\"items\":[{\"UserDefinedFlag\":42}]");
    world_order(w, "\"id\":560000002,\"items\":[{\"UserDefinedFlag\":7}]");
    world_order(w, "\"id\":560000003,\"hidden\":true,\"items\":[{},{\"UserDefinedFlag\":42}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "skipped", "cancelled");
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "sent", "new");
    assert_int_equal(pushes(w, "560000001"), 0);
    assert_int_equal(pushes(w, "560000003"), 0);
    assert_int_equal(incoming_count(w), 1);
    end_quietly(w);
}

/* The merchant puts orders out of sight that are of no more concern, cancelled ones above all. The
 * answers do not tell which ones they are, so nothing hidden may ever be shipped. */
static void a_hidden_order_is_never_sent(void **state)
{
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"hidden\":true");
    world_order(w, "\"id\":560000002");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(pushes(w, "560000001"), 0);
    assert_int_equal(pushes(w, "560000002"), 1);
    end_quietly(w);
}

/* ---- what arrives ---- */

#define RICH                                                                                       \
    "\"id\":560000123,\"at\":\"2024-06-03T22:15:07Z\","                                            \
    "\"payment\":{\"FullAmount\":\"68,77\",\"PaymentDate\":\"2024-06-04T06:00:00Z\"},"             \
    "\"shipping\":{\"ShippingMethod\":\"DHL Paket\",\"ShippingCost\":\"4,95\"},"                   \
    "\"billing\":{\"FirstName\":\"Rechnung\",\"LastName\":\"Weg\",\"Mail\":\"l.aemter@example."    \
    "com\",\"Phone\":\"0221 1\"},"                                                                 \
    "\"shipping_address\":{\"FirstName\":\"Lukas\",\"LastName\":\"\u00c4mter\",\"Company\":"       \
    "\"\u00c4mter & S\u00f6hne\",\"Street\":\"Bahnhofstrasse 7a\",\"Street2\":\"3. Stock\","       \
    "\"PostalCode\":\"8001\",\"City\":\"Z\u00fcrich\",\"StateOrProvince\":\"ZH\",\"Phone\":"       \
    "\"+41 44 000 00 00\",\"Country\":\"CH\",\"CountryISO\":\"CH\"},"                              \
    "\"items\":[{\"ItemTitle\":\"Kerzenhalter <Stern> & \\\"Teller\\\"\",\"ItemQuantity\":2,"      \
    "\"ItemPrice\":\"29,90\",\"ItemWeight\":\"0,85\",\"AlternativeItemNumber1\":\"KH-100\"},"      \
    "{\"ItemTitle\":\"Docht\",\"ItemQuantity\":12,\"ItemPrice\":\"0,335\",\"ItemWeight\":"         \
    "\"0.0015\",\"AlternativeItemNumber1\":\"007/00\"}]"

static const char *const rich_order[][2] = {
    {"name", "Lukas \u00c4mter"},
    {"company", "\u00c4mter & S\u00f6hne"},
    {"street", "Bahnhofstrasse"},
    {"house_number", "7a"},
    {"extra", "3. Stock"},
    {"postcode", "8001"},
    {"city", "Z\u00fcrich"},
    {"state", "ZH"},
    {"country", "CH"},
    {"phone", "+41 44 000 00 00"},
    {"email", "l.aemter@example.com"},
    {"post_number", NULL},
    {"currency", "EUR"},
    {"total", "68.77"},
    {"weight", "1.724"},
    {"invoice", "560000123"},
    {"content", "commercial_goods"},
    {"label", "DHL Paket"},
};

static const char *const rich_lines[][3] = {
    {"title", "Kerzenhalter <Stern> & \"Teller\"", "Docht"},
    {"quantity", "2", "12"},
    {"price", "29.90", "0.34"},
    {"weight", "0.85", "0.002"},
    {"hs_code", "94055000", "94055000"},
    {"origin", "DE", "DE"},
    {"sku", "KH-100", "007/00"},
};

static void an_order_arrives_whole(void **state)
{
    /* REQ-A3 REQ-A4 REQ-A5 */
    struct world *w = *state;

    world_order(w, RICH);
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(rich_order); i++)
        assert_pushed(w, "560000123", rich_order[i][0], rich_order[i][1]);
    assert_int_equal(pushed_lines(w, "560000123"), 2);
    for (size_t i = 0; i < ARRAY_LEN(rich_lines); i++)
        for (size_t n = 0; n < 2; n++)
            assert_line(w, "560000123", n, rich_lines[i][0], rich_lines[i][n + 1]);
    assert_string_equal(incoming_says(w, "560000123", "order_number"), "560000123");
    assert_string_equal(incoming_says(w, "560000123", "integration"), "7");
    assert_null(node_text(incoming(w, "560000123"), "shipment_id"));
    assert_cell(w, "560000123", "state", "sent");
    assert_cell(w, "560000123", "order_id", "560000123");
    assert_cell(w, "560000123", "items", "2");
    assert_cell(w, "560000123", "weight_g", "1724");
    assert_cell(w, "560000123", "weight_from", "source");
    assert_cell(w, "560000123", "total", "68.77");
    assert_cell(w, "560000123", "currency", "EUR");
    assert_noted(w, "560000123", NULL);
    end_quietly(w);
}

/* When the order was placed is said in UTC; when it was changed is when this very content was first
 * to be sent, and stays the same until the content changes. */
static void times_are_said_in_utc(void **state)
{
    /* REQ-A3 */
    struct world *w = *state;

    world_order(w, RICH);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_string_equal(incoming_says(w, "560000123", "shop_created_ms"), "1717452907000");
    assert_string_equal(incoming_says(w, "560000123", "shop_updated_ms"), "1717488000000");
    world_pass(w, HOUR);
    shop_changes(w, "560000123", "\"Memo\":\"nur f\u00fcr uns\"");
    world_assert_quiet(w);
    shop_changes(w, "560000123", "\"shipping_address\":{\"Street\":\"Bahnhofstrasse 9\"}");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000123", "house_number", "9");
    assert_string_equal(incoming_says(w, "560000123", "shop_created_ms"), "1717452907000");
    assert_string_equal(incoming_says(w, "560000123", "shop_updated_ms"), "1717491600000");
    end_quietly(w);
}

/* The exact texts of the list API: decimals as strings, with three and two places; null where ""
 * is refused. */
static void the_list_api_gets_decimal_strings(void **state)
{
    static const char *const texts[][2] = {
        {"body.weight", "1.724"},
        {"body.total_order_value", "68.77"},
        {"body.customs_shipment_type", "2"},
        {"body.order_status.id", "open"},
        {"body.payment_status.id", "paid"},
        {"body.to_post_number", ""},
        {"body.external_shipment_id", NULL},
        {"body.to_service_point", NULL},
    };
    struct world *w = *state;

    world_order(w, RICH);
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (!text_same(incoming_says(w, "560000123", texts[i][0]), texts[i][1]))
            fail_msg("%s is '%s'", texts[i][0], incoming_says(w, "560000123", texts[i][0]));
    assert_int_equal(node_at(incoming(w, "560000123"), "body.weight")->type, NODE_TEXT);
    assert_int_equal(node_at(incoming(w, "560000123"), "body.parcel_items")->type, NODE_LIST);
    end_quietly(w);
}

static void the_orders_api_gets_numbers_and_line_totals(void **state)
{
    struct world *w = *state;
    const struct node *line;

    world_order(w, RICH);
    assert_int_equal(world_run(w, "run", NULL), 0);
    line = node_first(node_at(incoming(w, "560000123"), "body.order_details.order_items"), NULL);
    assert_string_equal(node_text(line, "total_price.value"), "59.8");
    assert_string_equal(node_text(line, "total_price.currency"), "EUR");
    assert_string_equal(node_text(line->next, "total_price.value"), "4.02");
    assert_int_equal(node_at(line, "measurement.weight.value")->type, NODE_NUMBER);
    assert_string_equal(node_text(line, "measurement.weight.unit"), "kg");
    assert_string_equal(incoming_says(w, "560000123", "body.order_details.status.code"), "open");
    assert_string_equal(incoming_says(w, "560000123", "body.payment_details.status.code"), "paid");
    assert_string_equal(incoming_says(w, "560000123", "body.order_details.order_created_at"),
                        "2024-06-03T22:15:07Z");
    assert_string_equal(incoming_says(w, "560000123", "body.customs_details.export_type"),
                        "commercial_b2c");
    end_quietly(w);
}

static void an_unpaid_order_says_so(void **state)
{
    struct world *w = *state;
    const char *path = is_v3(w) ? "body.payment_details.status.code" : "body.payment_status.id";

    world_order(w, "\"id\":560000001,\"payment\":{\"PaymentDate\":\"\"}");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_string_equal(incoming_says(w, "560000001", path), "unpaid");
    end_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(a_tracked_order_stays_in_the_shop),
        WITH_BOTH(white_space_is_no_tracking_number),
        WITH_BOTH(a_tracking_number_that_the_merchant_takes_away_lets_the_order_go),
        WITH_BOTH(lines_that_amazon_ships_stay_out),
        WITH_BOTH(an_order_marked_as_cancelled_stays_in_the_shop),
        WITH_BOTH(a_hidden_order_is_never_sent),
        WITH_BOTH(an_order_arrives_whole),
        WITH_BOTH(times_are_said_in_utc),
        WITH_V2(the_list_api_gets_decimal_strings),
        WITH_V3(the_orders_api_gets_numbers_and_line_totals),
        WITH_BOTH(an_unpaid_order_says_so),
    };

    return cmocka_run_group_tests_name("orders", tests, NULL, NULL);
}
