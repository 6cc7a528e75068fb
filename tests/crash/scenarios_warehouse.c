/* scenarios_warehouse.c: what the crash test plays between a Billbee shop and a wemalo warehouse.
 * Orders there stay as they are until a scenario ships them: how late it is at the end of a run
 * depends on how it went. */
#include "harness/harness.h"
#include "harness/warehouse.h"
#include "scenarios.h"

#define FIRST "300000180000001"
#define SECOND "300000180000002"
#define THIRD "300000180000003"

static const char *const run_words[] = {"run", NULL};

static void open_warehouse(struct world *w)
{
    warehouse_configure(w, NULL, arena_format(&w->arena, "api = %s", w->api), NULL, NULL);
    (void)world_control(w, "POST", "/switches", "{\"wemalo.work_s\":-1,\"wemalo.variety\":0}");
}

/* One article, two of them with a coupon, and a set that is taken apart. */
static void three_orders(struct world *w)
{
    open_warehouse(w);
    (void)world_control(
        w, "POST", "/billbee/products",
        "[{\"Id\":1,\"SKU\":\"TELLER-1\",\"EAN\":\"4012345000016\",\"Price\":7.99,"
        "\"Weight\":400},"
        "{\"Id\":2,\"SKU\":\"SET-1\",\"Price\":19.99,\"Type\":2,"
        "\"BillOfMaterial\":[{\"Amount\":3,\"ArticleId\":1,\"SKU\":\"TELLER-1\"}]}]");
    (void)world_control(
        w, "POST", "/billbee/orders",
        "[{},{\"OrderItems\":[{\"Quantity\":2},{\"Product\":{\"Title\":\"Gutschein\","
        "\"SKU\":null},\"IsCoupon\":true,\"TotalPrice\":-5}]},"
        "{\"OrderItems\":[{\"Product\":{\"SKU\":\"SET-1\"},\"Quantity\":2}]}]");
}

static void run_well(struct world *w)
{
    assert_int_equal(world_run(w, "run", NULL), 0);
}

static void lose_answer(struct world *w, const char *system, const char *call)
{
    world_fault(w, arena_format(&w->arena,
                                "{\"system\":\"%s\",\"call\":\"%s\",\"fault\":\"reset-body\","
                                "\"times\":1}",
                                system, call));
}

static void an_order_will_be_lost(struct world *w)
{
    three_orders(w);
    lose_answer(w, "wemalo", arena_format(&w->arena, "POST /goodsOrder/%s", w->api));
}

static void a_tag_will_be_lost(struct world *w)
{
    three_orders(w);
    lose_answer(w, "billbee", "POST /orders/{id}/tags");
}

static void orders_at_work(struct world *w)
{
    three_orders(w);
    run_well(w);
    world_pass(w, 3600);
}

/* The merchant changes it and takes the received-tag away. */
static void one_is_tagged_anew(struct world *w)
{
    orders_at_work(w);
    (void)world_control(w, "POST", "/billbee/orders/" SECOND,
                        "{\"Tags\":[\"wemalo\"],\"ShippingAddress\":{\"Street\":\"Bahnhofstr.\"}}");
}

static void one_is_tagged_too_late(struct world *w)
{
    one_is_tagged_anew(w);
    (void)world_control(w, "POST", "/wemalo/orders/" SECOND,
                        "{\"status\":\"INPICKING\",\"hold\":true}");
}

static void one_is_cancelled(struct world *w)
{
    orders_at_work(w);
    (void)world_control(w, "POST", "/billbee/orders/" FIRST, "{\"cancel\":true}");
}

static void one_is_credited(struct world *w)
{
    orders_at_work(w);
    (void)world_control(w, "POST", "/billbee/orders/" THIRD, "{\"credit\":true}");
}

/* One in two parcels, one in one, and of one only the first parcel. */
static void parcels_have_left(struct world *w)
{
    orders_at_work(w);
    (void)world_control(w, "POST", "/wemalo/ship", "{\"orders\":[\"" SECOND "\"],\"parcels\":2}");
    (void)world_control(w, "POST", "/wemalo/ship", "{\"orders\":[\"" FIRST "\"]}");
    (void)world_control(w, "POST", "/wemalo/ship",
                        "{\"orders\":[\"" THIRD "\"],\"parcels\":2,\"partly\":true}");
    world_pass(w, 600);
}

static void a_number_will_be_lost(struct world *w)
{
    parcels_have_left(w);
    lose_answer(w, "billbee", "POST /orders/{id}/shipment");
}

static void a_state_will_be_lost(struct world *w)
{
    parcels_have_left(w);
    lose_answer(w, "billbee", "PUT /orders/{id}/orderstate");
}

static void goods_have_come(struct world *w)
{
    orders_at_work(w);
    (void)world_control(w, "POST", "/wemalo/articles",
                        "[{\"sku\":\"TASSE-1\",\"stock\":70},{\"sku\":\"TELLER-1\",\"stock\":9}]");
}

/* Of the classes that need no real time. */
static void faults_at_random(struct world *w)
{
    parcels_have_left(w);
    (void)world_control(w, "POST", "/billbee/orders", "[{},{}]");
    (void)world_control(w, "POST", "/faults/random",
                        "{\"seed\":11,\"per_mille\":200,\"faults\":[\"refuse\",\"503\",\"429\","
                        "\"502-html\",\"200-html\",\"reset-header\",\"reset-body\",\"cut-body\","
                        "\"cut-gzip\",\"503-after\",\"empty-page-next\",\"dup-item\"]}");
}

#define CONDITIONAL "addConditional"

const struct scenario scenarios_of_warehouse[] = {
    {"warehouse orders", CONDITIONAL, three_orders, run_words},
    {"warehouse orders, lost answer", CONDITIONAL, an_order_will_be_lost, run_words},
    {"warehouse add", "add", three_orders, run_words},
    {"warehouse add, lost answer", "add", an_order_will_be_lost, run_words},
    {"warehouse tag, lost answer", CONDITIONAL, a_tag_will_be_lost, run_words},
    {"warehouse change", CONDITIONAL, one_is_tagged_anew, run_words, .repeats = true},
    {"warehouse change, too late", CONDITIONAL, one_is_tagged_too_late, run_words},
    {"warehouse cancel", CONDITIONAL, one_is_cancelled, run_words},
    {"warehouse credit", CONDITIONAL, one_is_credited, run_words},
    {"warehouse back", CONDITIONAL, parcels_have_left, run_words},
    {"warehouse back, lost answer", CONDITIONAL, a_number_will_be_lost, run_words},
    {"warehouse back, lost state", CONDITIONAL, a_state_will_be_lost, run_words},
    {"warehouse stock", CONDITIONAL, goods_have_come, run_words},
    {"warehouse mixed faults", CONDITIONAL, faults_at_random, run_words, .repeats = true,
     .loose = true},
    {0},
};
