/* faults_depot.c: the stories of fault tables between a Billbee shop and its warehouse. Stock is
 * left out of their route: what an order reserves is read as stock one run later, so that no run
 * after it would be quiet. One call at a time, so that a fault meets the same one every time. */
#include "core/text.h"
#include "depot.h"
#include "faults.h"
#include "harness/harness.h"

#define ORDERS 3

static const char *const ids[ORDERS] = {"300000180000001", "300000180000002", "300000180000003"};

static void open_depot(struct world *w, const char *api)
{
    warehouse_open(w, DEPOT_NOW);
    warehouse_configure(w, "timeout = 1s\nin_flight = 1",
                        arena_format(&w->arena, "timeout = 1s\napi = %s", api),
                        "flows = articles, orders, cancels, marks, shipments", NULL);
    set_switch(w, "wemalo.variety", 0);
    set_switch(w, "wemalo.work_s", -1);
}

/* Each of an article of its own. */
void three_orders_in_depot(struct world *w)
{
    for (int i = 1; i <= ORDERS; i++) {
        (void)goods(w, arena_format(&w->arena,
                                    "\"Id\":%d,\"SKU\":\"TELLER-%d\",\"EAN\":\"%d\",\"Price\":7.99,"
                                    "\"Weight\":400",
                                    i, i, 40123450 + i));
        (void)sold(w, arena_format(&w->arena,
                                   "\"OrderItems\":[{\"Product\":{\"SKU\":\"TELLER-%d\"}}]", i));
    }
}

static void push_them(struct world *w)
{
    three_orders_in_depot(w);
    assert_int_equal(world_run(w, "run", NULL), 0);
    world_pass(w, HOUR);
}

void three_parcels_of_depot(struct world *w)
{
    push_them(w);
    for (size_t i = 0; i < ORDERS; i++)
        depot_ships(w, ids[i], "");
    world_pass(w, 600);
}

void three_cancelled_in_depot(struct world *w)
{
    push_them(w);
    for (size_t i = 0; i < ORDERS; i++)
        (void)merchant(w, ids[i], "\"cancel\":true");
    world_pass(w, 60);
}

static bool is_back(struct world *w, const char *order)
{
    return shop_state(w, order) == 4 && shop_numbers(w, order) == 1 &&
           shop_numbers_told(w, order) == 1;
}

/* Every order is at the warehouse, known there as received, and what became of it was told. */
static bool is_home(struct world *w)
{
    for (size_t i = 0; i < ORDERS; i++) {
        const char *status = depot_order(w, ids[i]) ? depot_status(w, ids[i]) : NULL;
        bool is_cancelled = shop_state(w, ids[i]) == 8;

        if (!status || depot_pushes(w, ids[i]) < 1 || !shop_has_tag(w, ids[i], RECEIVED))
            return false;
        if (text_same(status, "SHIPPED") && !is_back(w, ids[i]))
            return false;
        if (is_cancelled != text_same(status, "CANCELLED"))
            return false;
    }
    return true;
}

const struct ground depot_ground = {open_depot, is_home};
