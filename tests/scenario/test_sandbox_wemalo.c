/* test_sandbox_wemalo.c: the simulated wemalo has the manners that a connector must survive. What
 * it does is in apis/wemalo.md; nothing of the program takes part. */
#include "core/text.h"
#include "harness/harness.h"
#include "harness/world.h"
#include "wire/json.h"

#include <string.h>

#define API "/wemalo/v1"
#define HEADERS "Authorization: JWT demo-wemalo-token\r\nContent-Type: application/json\r\n"
#define RECEIVER                                                                                   \
    "\"receiver\":[{\"name1\":\"J\",\"street\":\"S\",\"countryCode2Letter\":\"DE\","               \
    "\"city\":\"B\",\"zip\":\"10115\"}]"

static int close_world(void **state)
{
    world_close(*state);
    return 0;
}

/* ---- asking ---- */

static const struct node *asks(struct world *w, const char *method, const char *path,
                               const char *body)
{
    const struct node *root = NULL;
    const char *answer = NULL;
    struct err err;

    assert_int_equal(world_http(w, w->port, method, arena_format(&w->arena, API "%s", path),
                                HEADERS, body, &answer),
                     200);
    assert_true(json_parse(answer, strlen(answer), &w->arena, &root, &err));
    return root;
}

static const struct node *reads(struct world *w, const char *path)
{
    return asks(w, "GET", path, NULL);
}

/* The status that counts: the one in the body. */
static void tells(const struct node *answer, const char *status)
{
    assert_string_equal(node_text(answer, "status"), status);
    assert_string_equal(node_text(answer, "Success"), text_same(status, "200") ? "true" : "false");
}

static void switches(struct world *w, const char *json)
{
    (void)world_control(w, "POST", "/switches", json);
}

static const struct node *pushes(struct world *w, const char *call, const char *id,
                                 const char *positions)
{
    return asks(
        w, "POST", arena_format(&w->arena, "/goodsOrder/%s", call),
        arena_format(&w->arena,
                     "{\"meta\":{\"externalId\":\"%s\",\"externalIdMatch\":\"sku\"," RECEIVER
                     "},\"positions\":[%s]}",
                     id, positions));
}

static const char *status_of(struct world *w, const char *id)
{
    return node_text(reads(w, arena_format(&w->arena, "/goodsOrder/getStatus/%s", id)),
                     "statusName");
}

static const struct node *rows(struct world *w, const char *path)
{
    return node_first(node_at(reads(w, path), "bookings"), NULL);
}

#define TASSE "{\"externalId\":\"TASSE\",\"quantity\":2,\"externalPositionIdentifier\":\"1\"}"
#define TELLER "{\"externalId\":\"TELLER\",\"externalPositionIdentifier\":\"2\"}"

/* Two articles, and a warehouse without surprises. */
static int open_world(void **state)
{
    static struct world world;

    world_open(&world, "2024-06-04T08:00:00Z");
    switches(&world, "{\"wemalo.variety\":0}");
    tells(
        asks(&world, "POST", "/product/addMultiple",
             "{\"products\":[{\"externalId\":\"1\",\"sku\":\"TASSE\",\"productGroup\":\"default\","
             "\"ean\":\"4000000000017\",\"depth\":10},{\"externalId\":\"2\",\"sku\":\"TELLER\","
             "\"productGroup\":\"default\",\"ean\":\"4000000000024\"}]}"),
        "200");
    *state = &world;
    return 0;
}

/* ---- what it is like ---- */

static void nobody_comes_in_without_the_token_and_its_scheme(void **state)
{
    struct world *w = *state;
    const char *answer = NULL;

    assert_int_equal(world_http(w, w->port, "GET", API "/product/shop", "", NULL, NULL), 401);
    assert_int_equal(world_http(w, w->port, "GET", API "/product/shop",
                                "Authorization: Bearer demo-wemalo-token\r\n", NULL, &answer),
                     401);
    assert_string_equal(answer, "Unauthorized");
}

static void a_refusal_comes_with_http_200(void **state)
{
    struct world *w = *state;

    tells(reads(w, "/goodsOrder/getStatus/none"), "404");
    tells(pushes(w, "add", "1", "{\"externalId\":\"GLAS\"}"), "404");
    tells(pushes(w, "add", "1", "{\"externalId\":\"TASSE\",\"quantity\":1.5}"), "400");
    tells(asks(w, "POST", "/product/add", "{\"externalId\":\"3\",\"sku\":\"GLAS\"}"), "400");
}

static void the_call_after_the_sixtieth_must_wait(void **state)
{
    struct world *w = *state;

    for (int i = 1; i < 60; i++)
        tells(reads(w, "/product/shop"), "200");
    tells(reads(w, "/product/shop"), "419");
    world_pass(w, 1);
    tells(reads(w, "/product/shop"), "200");
}

static void a_taken_sku_and_the_dimensions_stay_as_they_were(void **state)
{
    struct world *w = *state;
    const struct node *article;

    tells(
        asks(w, "PUT", "/product/update/1", "{\"sku\":\"TELLER\",\"depth\":99,\"netWeight\":3000}"),
        "200");
    article = reads(w, "/product/get/1");
    assert_string_equal(node_text(article, "sku"), "TASSE");
    assert_string_equal(node_text(article, "depth"), "10");
    assert_string_equal(node_text(article, "netWeight"), "3000");
}

static void a_second_add_is_silently_a_second_order(void **state)
{
    struct world *w = *state;

    tells(pushes(w, "add", "4711", TASSE), "200");
    assert_int_equal(world_doubled(w), 0);
    tells(pushes(w, "add", "4711", TASSE), "200");
    assert_int_equal(world_doubled(w), 1);
}

static void an_order_that_arrived_before_an_error_is_found_by_its_status(void **state)
{
    struct world *w = *state;

    world_fault(w, "{\"system\":\"wemalo\",\"call\":\"POST /goodsOrder/add\","
                   "\"fault\":\"503-after\"}");
    assert_int_equal(world_http(w, w->port, "POST", API "/goodsOrder/add", HEADERS,
                                "{\"meta\":{\"externalId\":\"4711\",\"externalIdMatch\":"
                                "\"sku\"," RECEIVER "},\"positions\":[" TASSE "]}",
                                NULL),
                     503);
    assert_string_equal(status_of(w, "4711"), "OPEN");
}

static void a_conditional_add_changes_until_the_warehouse_begins(void **state)
{
    struct world *w = *state;
    const struct node *late;

    tells(pushes(w, "addConditional", "4711", TASSE), "200");
    tells(pushes(w, "addConditional", "4711", TASSE "," TELLER), "200");
    assert_int_equal(world_doubled(w), 0);
    (void)world_control(w, "POST", "/wemalo/orders/4711", "{\"status\":\"INPROCESS\"}");
    late = pushes(w, "addConditional", "4711", TASSE);
    tells(late, "400");
    assert_string_equal(node_text(late, "orderStatus"), "INPROCESS");
}

static void a_position_added_is_stored_twice(void **state)
{
    struct world *w = *state;

    tells(pushes(w, "add", "4711", TASSE), "200");
    tells(asks(w, "POST", "/goodsOrder/addPosition/4711",
               "{\"positions\":[" TELLER "],\"externalIdMatch\":\"sku\"}"),
          "200");
    assert_int_equal(world_doubled(w), 1);
}

static void a_late_cancellation_looks_like_one_that_worked(void **state)
{
    struct world *w = *state;

    tells(pushes(w, "add", "1", TASSE), "200");
    tells(pushes(w, "add", "2", TASSE), "200");
    (void)world_control(w, "POST", "/wemalo/orders/2", "{\"status\":\"INPROCESS\"}");
    tells(asks(w, "PUT", "/goodsOrder/cancel/1", "{\"reason\":\"x\"}"), "200");
    tells(asks(w, "PUT", "/goodsOrder/cancel/2", "{\"reason\":\"x\"}"), "200");
    assert_string_equal(status_of(w, "1"), "CANCELLED");
    assert_string_equal(status_of(w, "2"), "INPROCESS");
}

static void the_warehouse_works_while_time_passes(void **state)
{
    struct world *w = *state;

    tells(pushes(w, "add", "4711", TASSE), "200");
    assert_string_equal(status_of(w, "4711"), "OPEN");
    (void)world_control(w, "POST", "/wemalo/orders/4711", "{\"status\":\"PACKED\"}");
    assert_null(rows(w, "/goodsOrder/packages/sent"));
    world_pass(w, 10800);
    assert_string_equal(status_of(w, "4711"), "SHIPPED");
    assert_string_equal(node_text(rows(w, "/goodsOrder/packages/sent"), "orderStatusId"), "500");
}

static void everything_leaves_in_the_end_in_all_its_ways(void **state)
{
    struct world *w = *state;
    const struct node *order;
    size_t two = 0, letters = 0;

    switches(w, "{\"wemalo.variety\":1,\"wemalo.rate_limits\":0}");
    for (int i = 0; i < 64; i++)
        tells(pushes(w, "add", arena_format(&w->arena, "%d", 7000 + i), TASSE "," TELLER), "200");
    world_pass(w, 259200);
    order = node_first(node_at(world_state(w, "wemalo"), "orders"), NULL);
    for (; order; order = order->next) {
        const struct node *parcel = node_first(node_at(order, "parcels"), NULL);

        assert_string_equal(node_text(order, "status"), "SHIPPED");
        two += parcel->next != NULL;
        letters += text_is_empty(node_text(parcel, "trackingNumber"));
    }
    assert_true(two > 0 && letters > 0 && two + letters < 64);
}

static void a_set_leaves_as_its_parts_in_two_parcels_and_a_flag_sticks(void **state)
{
    struct world *w = *state;
    const struct node *row;
    const char *path;

    (void)world_control(w, "POST", "/wemalo/articles",
                        "[{\"sku\":\"SET\",\"set\":[{\"sku\":\"TASSE\",\"quantity\":2},"
                        "{\"sku\":\"TELLER\"}]}]");
    tells(pushes(w, "add", "4711", "{\"externalId\":\"SET\",\"quantity\":3}"), "200");
    (void)world_control(w, "POST", "/wemalo/ship",
                        "{\"orders\":[\"4711\"],\"parcels\":2,\"tracking\":[\"T1\",\"\"]}");
    row = rows(w, "/goodsOrder/packages/sent/?page=0");
    assert_string_equal(node_text(row, "count"), "6");
    assert_string_equal(node_text(row, "parent.sku"), "SET");
    assert_string_equal(node_text(row, "handoverDate"), "04.06.2024 10:00:00");
    assert_string_equal(node_text(row->next, "trackingNumber"), "");
    path = arena_format(&w->arena, "/goodsOrder/packages/sent/%s", node_text(row, "historyId"));
    tells(asks(w, "PUT", path, NULL), "200");
    assert_string_equal(node_text(rows(w, "/goodsOrder/packages/sent"), "sku"), "TELLER");
}

static void fifty_rows_make_a_page_and_the_first_is_page_0(void **state)
{
    struct world *w = *state;
    const struct node *page, *last, *by_time;

    switches(w, "{\"wemalo.rate_limits\":0}");
    for (int i = 0; i < 51; i++)
        tells(pushes(w, "add", arena_format(&w->arena, "%d", i), TASSE), "200");
    (void)world_control(w, "POST", "/wemalo/ship", "{\"all\":true}");
    page = reads(w, "/goodsOrder/packages/sent?page=0");
    assert_string_equal(node_text(page, "additionalPage"), "true");
    page = reads(w, "/goodsOrder/packages/sent?page=1");
    assert_string_equal(node_text(page, "additionalPage"), "false");
    last = node_first(node_at(page, "bookings"), NULL);
    assert_null(last->next);
    by_time = rows(w, "/goodsOrder/sentPackages?dateFrom=04.06.2024%2010:00:00"
                      "&dateTo=04.06.2024%2010:00:00&page=1");
    assert_string_equal(node_text(by_time, "historyId"), node_text(last, "historyId"));
    assert_null(rows(w, "/goodsOrder/sentPackages?dateFrom=04.06.2024%2010:00:01"
                        "&dateTo=05.06.2024%2010:00:00"));
}

#define in_world(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_world(nobody_comes_in_without_the_token_and_its_scheme),
        in_world(a_refusal_comes_with_http_200),
        in_world(the_call_after_the_sixtieth_must_wait),
        in_world(a_taken_sku_and_the_dimensions_stay_as_they_were),
        in_world(a_second_add_is_silently_a_second_order),
        in_world(an_order_that_arrived_before_an_error_is_found_by_its_status),
        in_world(a_conditional_add_changes_until_the_warehouse_begins),
        in_world(a_position_added_is_stored_twice),
        in_world(a_late_cancellation_looks_like_one_that_worked),
        in_world(the_warehouse_works_while_time_passes),
        in_world(everything_leaves_in_the_end_in_all_its_ways),
        in_world(a_set_leaves_as_its_parts_in_two_parcels_and_a_flag_sticks),
        in_world(fifty_rows_make_a_page_and_the_first_is_page_0),
    };

    return cmocka_run_group_tests_name("sandbox: wemalo", tests, NULL, NULL);
}
