/* test_sandbox_billbee.c: the simulated Billbee has the manners that a connector must survive. What
 * it does is in apis/billbee.md; nothing of the program takes part. */
#include "core/text.h"
#include "harness/harness.h"
#include "harness/world.h"
#include "wire/json.h"

#include <string.h>

#define API "/billbee/api/v1"
#define FIRST "300000180000001"
#define SECOND "300000180000002"
#define HEADERS                                                                                    \
    "Authorization: Basic aGFlbmRsZXJAZXhhbXBsZS5vcmc6RGVtby1QYXNzd29ydC0x\r\n"                    \
    "X-Billbee-Api-Key: 00000000-0000-4000-8000-000000000001\r\n"                                  \
    "Content-Type: application/json\r\nAccept: application/json\r\n"

static int open_world(void **state)
{
    static struct world world;

    world_open(&world, "2024-06-04T08:00:00Z");
    *state = &world;
    return 0;
}

static int close_world(void **state)
{
    world_close(*state);
    return 0;
}

/* ---- asking ---- */

static int asks(struct world *w, const char *method, const char *path, const char *body,
                const char **answer)
{
    return world_http(w, w->port, method, arena_format(&w->arena, API "%s", path), HEADERS, body,
                      answer);
}

/* The same with all the patience that the limits want. */
static int asks_calmly(struct world *w, const char *method, const char *path, const char *body)
{
    world_pass(w, 1);
    return asks(w, method, path, body, NULL);
}

static const struct node *reads(struct world *w, const char *path)
{
    const struct node *root = NULL;
    const char *answer = NULL;
    struct err err;

    world_pass(w, 1);
    assert_int_equal(asks(w, "GET", path, NULL, &answer), 200);
    assert_true(json_parse(answer, strlen(answer), &w->arena, &root, &err));
    return root;
}

static size_t length_of(const struct node *list)
{
    size_t n = 0;

    for (const struct node *each = node_first(list, NULL); each; each = each->next)
        n++;
    return n;
}

static const struct node *order(struct world *w, const char *id)
{
    return node_at(reads(w, arena_format(&w->arena, "/orders/%s", id)), "Data");
}

static void sells(struct world *w, const char *orders)
{
    (void)world_control(w, "POST", "/billbee/orders", orders);
}

/* ---- what it is like ---- */

static void nobody_comes_in_without_both_credentials(void **state)
{
    struct world *w = *state;
    const char *answer = NULL;

    assert_int_equal(world_http(w, w->port, "GET", API "/orders", "", NULL, NULL), 401);
    assert_int_equal(world_http(w, w->port, "GET", API "/orders",
                                "Authorization: Basic "
                                "aGFlbmRsZXJAZXhhbXBsZS5vcmc6RGVtby1QYXNzd29ydC0x\r\n",
                                NULL, &answer),
                     401);
    assert_null(strstr(answer, "ErrorCode"));
}

static void numbers_keep_their_zeros_and_dates_have_no_zone(void **state)
{
    struct world *w = *state;
    const char *answer = NULL;

    sells(w, "[{\"CreatedAt\":\"2024-06-04T07:59:58.730Z\",\"TotalCost\":\"3498.6000000\"}]");
    assert_int_equal(asks(w, "GET", "/orders", NULL, &answer), 200);
    assert_non_null(strstr(answer, "\"ErrorDescription\":\"NoError\""));
    assert_non_null(strstr(answer, "\"CreatedAt\":\"2024-06-04T09:59:58.73\""));
    assert_non_null(strstr(answer, "\"TotalCost\":3498.6000000,"));
    assert_non_null(strstr(answer, "\"Quantity\":1.000,"));
}

static void rows_move_between_the_pages_of_a_reader(void **state)
{
    struct world *w = *state;
    const struct node *first, *second;

    sells(w, "[{},{},{},{}]");
    first = reads(w, "/orders?tag=WEMALO&pageSize=2&page=1");
    assert_string_equal(node_text(first, "Paging.TotalPages"), "2");
    assert_int_equal(asks_calmly(w, "POST", "/orders/" FIRST "/tags", "{\"Tags\":[\"x\"]}"), 200);
    second = reads(w, "/orders?tag=wemalo&pageSize=2&page=2");
    assert_string_equal(node_text(second, "Paging.TotalRows"), "4");
    /* The third order slipped to the page that was read already; the first one comes again. */
    second = node_first(node_at(second, "Data"), NULL);
    assert_string_equal(node_text(second, "BillBeeOrderId"), "300000180000004");
    assert_string_equal(node_text(second->next, "BillBeeOrderId"), FIRST);
}

static void both_ways_to_write_a_list_find_the_same(void **state)
{
    struct world *w = *state;

    sells(w, "[{\"State\":3},{\"State\":13},{\"State\":8}]");
    assert_string_equal(
        node_text(reads(w, "/orders?orderStateId=3&orderStateId=13"), "Paging.TotalRows"), "2");
    assert_string_equal(
        node_text(reads(w, "/orders?orderStateId%5B0%5D=3&orderStateId[1]=13"), "Paging.TotalRows"),
        "2");
    assert_string_equal(
        node_text(reads(w, "/orders?tag=wemalo&excludeTags=True"), "Paging.TotalPages"), "0");
}

static void adding_tags_keeps_those_of_others_and_replacing_does_not(void **state)
{
    struct world *w = *state;

    sells(w, "[{\"Tags\":[\"Wemalo\",\"Eilig\"]}]");
    assert_int_equal(
        asks_calmly(w, "POST", "/orders/" FIRST "/tags", "{\"Tags\":[\"EILIG\",\"x\"]}"), 200);
    assert_int_equal(length_of(node_at(order(w, FIRST), "Tags")), 3);
    assert_int_equal(asks_calmly(w, "PUT", "/orders/" FIRST "/tags", "{\"Tags\":[\"x\"]}"), 200);
    assert_int_equal(length_of(node_at(order(w, FIRST), "Tags")), 1);
}

static void a_shipment_said_twice_stands_twice(void **state)
{
    struct world *w = *state;

    sells(w, "[{}]");
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            asks_calmly(w, "POST", "/orders/" FIRST "/shipment", "{\"ShippingId\":\"0034\"}"), 200);
    assert_int_equal(length_of(node_at(order(w, FIRST), "ShippingIds")), 2);
    assert_string_equal(node_text(order(w, FIRST), "State"), "3");
    assert_int_equal(world_doubled(w), 1);
}

static void a_number_after_the_state_never_reaches_the_marketplace(void **state)
{
    struct world *w = *state;
    const struct node *shipments;

    sells(w, "[{}]");
    (void)asks_calmly(w, "POST", "/orders/" FIRST "/shipment", "{\"ShippingId\":\"1\"}");
    assert_int_equal(asks_calmly(w, "PUT", "/orders/" FIRST "/orderstate", "{\"NewStateId\":4}"),
                     200);
    (void)asks_calmly(w, "POST", "/orders/" FIRST "/shipment", "{\"ShippingId\":\"2\"}");
    shipments =
        node_at(node_first(node_at(world_state(w, "billbee"), "orders"), NULL), "shipments");
    assert_string_equal(node_text(node_first(shipments, NULL), "marketplace_knows"), "true");
    assert_string_equal(node_text(node_first(shipments, NULL)->next, "marketplace_knows"), "false");
}

static void a_null_for_a_number_is_refused_and_nothing_is_stored(void **state)
{
    struct world *w = *state;
    const char *answer = NULL;

    assert_int_equal(asks(w, "POST", "/orders",
                          "{\"CreatedAt\":\"2024-06-04\",\"ShippingAddress\":{\"BillbeeId\":null}}",
                          &answer),
                     400);
    assert_non_null(strstr(answer, "\"orderData.ShippingAddress.BillbeeId\""));
    assert_null(strstr(answer, "ErrorCode"));
    assert_int_equal(world_count(w, "billbee.mutations"), 0);
}

static void an_order_that_arrived_before_a_timeout_is_found_by_its_number(void **state)
{
    struct world *w = *state;
    static const char body[] = "{\"CreatedAt\":\"2024-06-04\",\"OrderNumber\":\"#C1\"}";

    world_fault(w, "{\"system\":\"billbee\",\"call\":\"POST /orders\",\"fault\":\"503-after\"}");
    assert_int_equal(asks(w, "POST", "/orders", body, NULL), 503);
    assert_string_equal(node_text(reads(w, "/orders/findbyextref/%23C1"), "Data.OrderNumber"),
                        "#C1");
    assert_int_equal(world_doubled(w), 0);
    assert_int_equal(asks_calmly(w, "POST", "/orders", body), 201);
    assert_int_equal(world_doubled(w), 1);
}

static void the_third_call_of_a_second_must_wait(void **state)
{
    struct world *w = *state;

    for (int i = 0; i < 2; i++)
        assert_int_equal(asks(w, "GET", "/orders", NULL, NULL), 200);
    assert_int_equal(asks(w, "GET", "/orders", NULL, NULL), 429);
    assert_int_equal(asks(w, "GET", "/products", NULL, NULL), 200); /* another endpoint */
    world_pass(w, 1);
    assert_int_equal(asks(w, "GET", "/orders", NULL, NULL), 200);
}

static void one_order_is_read_six_times_a_minute(void **state)
{
    struct world *w = *state;

    sells(w, "[{},{}]");
    for (int i = 0; i < 6; i++)
        assert_int_equal(asks_calmly(w, "GET", "/orders/" FIRST, NULL), 200);
    assert_int_equal(asks_calmly(w, "GET", "/orders/" FIRST, NULL), 429);
    assert_int_equal(asks_calmly(w, "GET", "/orders/" SECOND, NULL), 200);
}

static void a_cancellation_after_the_invoice_leaves_the_order_as_it_is(void **state)
{
    struct world *w = *state;
    const struct node *credit;

    sells(w, "[{\"OrderNumber\":\"77\",\"OrderItems\":[{\"Quantity\":2}]}]");
    (void)world_control(w, "POST", "/billbee/orders/" FIRST, "{\"credit\":true}");
    assert_string_equal(node_text(order(w, FIRST), "State"), "3");
    credit = node_at(reads(w, "/orders/findbyextref/77-GS"), "Data");
    assert_string_equal(node_text(credit, "State"), "1");
    assert_string_equal(node_text(node_first(node_at(credit, "OrderItems"), NULL), "Quantity"),
                        "-2.000");
    assert_string_equal(node_text(node_first(node_at(credit, "Tags"), NULL), ""), "wemalo");
}

static void one_bad_row_of_many_leaves_the_others_done(void **state)
{
    struct world *w = *state;
    const char *answer = NULL;

    sells(w, "[{}]");
    assert_int_equal(asks(w, "POST", "/products/updatestockmultiple",
                          "[{\"Sku\":\"nobody\",\"NewQuantity\":1},"
                          "{\"Sku\":\"TASSE-1\",\"NewQuantity\":7}]",
                          &answer),
                     200);
    assert_int_equal(answer[0], '[');
    assert_non_null(strstr(answer, "\"ErrorDescription\":\"InvalidData\""));
    assert_non_null(strstr(answer, "\"CurrentStock\":7.000"));
}

static void the_same_seed_makes_the_same_shop(void **state)
{
    struct world *w = *state;
    static const char fill[] = "{\"system\":\"billbee\",\"seed\":3,\"orders\":50,\"articles\":40}";
    const struct node *made = world_control(w, "POST", "/fill", fill);

    assert_string_equal(node_text(made, "orders"), "50");
    assert_string_equal(node_text(reads(w, "/orders"), "Paging.TotalRows"), "50");
    assert_string_equal(node_text(reads(w, "/products"), "Paging.TotalRows"), "40");
    assert_string_equal(node_text(world_control(w, "POST", "/fill", fill), "bundle"),
                        node_text(made, "bundle"));
    assert_int_equal(world_count(w, "afterbuy.calls"), 0);
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(nobody_comes_in_without_both_credentials),
        in_world(numbers_keep_their_zeros_and_dates_have_no_zone),
        in_world(rows_move_between_the_pages_of_a_reader),
        in_world(both_ways_to_write_a_list_find_the_same),
        in_world(adding_tags_keeps_those_of_others_and_replacing_does_not),
        in_world(a_shipment_said_twice_stands_twice),
        in_world(a_number_after_the_state_never_reaches_the_marketplace),
        in_world(a_null_for_a_number_is_refused_and_nothing_is_stored),
        in_world(an_order_that_arrived_before_a_timeout_is_found_by_its_number),
        in_world(the_third_call_of_a_second_must_wait),
        in_world(one_order_is_read_six_times_a_minute),
        in_world(a_cancellation_after_the_invoice_leaves_the_order_as_it_is),
        in_world(one_bad_row_of_many_leaves_the_others_done),
        in_world(the_same_seed_makes_the_same_shop),
    };

    return cmocka_run_group_tests_name("sandbox: billbee", tests, NULL, NULL);
}
