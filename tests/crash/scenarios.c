#include "scenarios.h"

#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"

static const char *const run_words[] = {"run", NULL};
static const char *const rerun_words[] = {"rerun", "2024-06-04", NULL};

#define LAST_RULE "items.title,cut,255,,\n"

static void some_orders(struct world *w)
{
    (void)world_control(w, "POST", "/afterbuy/orders",
                        "[{\"id\":560000001},{\"id\":560000002},{\"id\":560000003},"
                        "{\"id\":560000004,\"AdditionalInfo\":\"00340434161094000001\"}]");
}

static void run_well(struct world *w)
{
    assert_int_equal(world_run(w, "run", NULL), 0);
}

static bool is_v3(const struct world *w)
{
    return text_same(w->api, "v3-orders");
}

/* Sendcloud refuses one of three; the orders API refuses the whole batch because of it. */
static void one_will_be_refused(struct world *w)
{
    some_orders(w);
    world_remap(w, "afterbuy-sendcloud/orders.csv", LAST_RULE,
                LAST_RULE "currency,set,CHF,ref = 560000002,\n");
}

static void an_answer_will_be_lost(struct world *w)
{
    some_orders(w);
    world_fault(w, is_v3(w) ? "{\"system\":\"sendcloud\",\"call\":\"POST /v3/orders\","
                              "\"fault\":\"reset-body\",\"times\":1}"
                            : "{\"system\":\"sendcloud\",\"call\":\"POST /integrations/{id}/"
                              "shipments\",\"fault\":\"reset-body\",\"times\":1}");
}

static void orders_with_labels(struct world *w)
{
    some_orders(w);
    run_well(w);
    (void)world_control(w, "POST", "/sendcloud/print", "{\"all\":true}");
    world_pass(w, 3600);
}

static void the_shops_answer_will_be_lost(struct world *w)
{
    orders_with_labels(w);
    world_fault(w, "{\"system\":\"afterbuy\",\"call\":\"UpdateSoldItems\",\"fault\":\"reset-body\","
                   "\"times\":1}");
}

/* A webhook waits in the inbox: a hint at the first parcel. */
static void a_webhook_waits(struct world *w)
{
    const struct node *parcels;
    const char *body;
    struct err err;

    orders_with_labels(w);
    parcels = world_control(w, "GET", "/sendcloud/parcels?order_number=560000001", NULL);
    body = arena_format(&w->arena, "{\"action\":\"parcel_status_changed\",\"parcel\":{\"id\":%s}}",
                        node_text(node_first(parcels, NULL), "id"));
    if (!file_put(
            arena_format(&w->arena, "%s/staging/inbox/parcels/0001717491600000-00.json", w->home),
            body, strlen(body), &err))
        fail_msg("%s", err.text);
}

static void three_days_missed(struct world *w)
{
    some_orders(w);
    run_well(w);
    world_at(w, "2024-06-05T21:00:00Z");
    world_order(w, "\"id\":560000101");
    world_at(w, "2024-06-08T08:00:00Z");
    world_order(w, "\"id\":560000102");
}

/* The day was refused once; the mapping is mended, and the day done again. */
static void a_day_to_do_again(struct world *w)
{
    one_will_be_refused(w);
    assert_int_equal(world_run(w, "run", NULL), 1);
    world_remap(w, "afterbuy-sendcloud/orders.csv", "currency,set,CHF,ref = 560000002,\n", "");
    world_pass(w, 3600);
}

static void one_is_cancelled(struct world *w)
{
    world_configure(w, "cancelled_flag = 42", NULL, NULL, NULL);
    some_orders(w);
    run_well(w);
    world_pass(w, 3600);
    (void)world_control(w, "POST", "/afterbuy/orders/560000002",
                        "{\"items\":[{\"UserDefinedFlag\":42}]}");
}

static void one_is_changed(struct world *w)
{
    some_orders(w);
    run_well(w);
    world_pass(w, 3600);
    (void)world_control(w, "POST", "/afterbuy/orders/560000003",
                        "{\"shipping_address\":{\"Street\":\"Bahnhofstrasse 9\"}}");
}

/* Of the classes that need no real time. */
static void faults_at_random(struct world *w)
{
    orders_with_labels(w);
    world_order(w, "\"id\":560000201");
    world_order(w, "\"id\":560000202");
    (void)world_control(w, "POST", "/faults/random",
                        "{\"seed\":7,\"per_mille\":300,\"faults\":[\"refuse\",\"503\",\"429\","
                        "\"502-html\",\"200-html\",\"reset-header\",\"reset-body\",\"cut-body\","
                        "\"cut-gzip\",\"503-after\",\"empty-page-next\",\"dup-item\"]}");
}

static const struct scenario scenarios[] = {
    {"orders v2", "v2-integration", some_orders, run_words},
    {"orders v3", "v3-orders", some_orders, run_words},
    {"partial v2", "v2-integration", one_will_be_refused, run_words},
    {"partial v3", "v3-orders", one_will_be_refused, run_words},
    {"lost answer v2", "v2-integration", an_answer_will_be_lost, run_words},
    {"lost answer v3", "v3-orders", an_answer_will_be_lost, run_words},
    {"write-back", "v2-integration", orders_with_labels, run_words},
    {"write-back, lost answer", "v2-integration", the_shops_answer_will_be_lost, run_words},
    {"outage", "v2-integration", three_days_missed, run_words},
    {"rerun", "v2-integration", a_day_to_do_again, rerun_words},
    {"cancel", "v2-integration", one_is_cancelled, run_words},
    {"cancel v3", "v3-orders", one_is_cancelled, run_words},
    {"change", "v3-orders", one_is_changed, run_words},
    {"change v2", "v2-integration", one_is_changed, run_words},
    {"webhook", "v2-integration", a_webhook_waits, run_words},
    {"mixed faults", "v2-integration", faults_at_random, run_words, .loose = true},
    {0},
};

static const struct scenario *find(const struct scenario *list, const char *name)
{
    while (list->name && !text_same(list->name, name))
        list++;
    return list->name ? list : NULL;
}

const struct scenario *scenario_named(const char *name)
{
    const struct scenario *found = find(scenarios, name);

    found = found ? found : find(scenarios_of_warehouse, name);
    if (!found)
        fail_msg("there is no scenario '%s'", name);
    return found;
}
