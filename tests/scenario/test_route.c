/* test_route.c: the first route as people use it: orders to Sendcloud, tracking and tag back to
 * Afterbuy. */
#include "harness/harness.h"
#include "harness/world.h"

static void an_order_goes_to_sendcloud_and_its_tracking_comes_back(void **state)
{
    /* REQ-A1 REQ-A3 REQ-A6 REQ-A7 REQ-Z3 REQ-Z4 */
    struct world w;

    (void)state;
    world_open(&w, "2024-06-04T08:00:00Z");
    world_order(&w, "\"id\":560000123");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_count(&w, "sendcloud.writes"), 1);
    assert_string_equal(
        world_cell(&w, "2024-06-04", "shop-parcels-orders.csv", "560000123", "state"), "sent");
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    (void)world_control(&w, "POST", "/sendcloud/print", "{\"all\":true}");
    world_pass(&w, 3600);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_summary(&w, "2024-06-04", "shipments", "sent"), 1);
    assert_int_equal(world_summary(&w, "2024-06-04", "marks", "sent"), 1);
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_goes_to_sendcloud_and_its_tracking_comes_back),
    };

    return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
