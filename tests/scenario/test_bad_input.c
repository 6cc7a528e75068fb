/* test_bad_input.c: what people get wrong in settings and mappings, and what sources get wrong in
 * what they say. */
#include "backend.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"

/* ---- settings ---- */

#define SHOP                                                                                       \
    "[account shop]\nsystem = afterbuy\nurl = http://127.0.0.1:1\npartner_token = a\n"             \
    "account_token = b\n"
#define PARCELS                                                                                    \
    "[account parcels]\nsystem = sendcloud\nurl = http://127.0.0.1:1\npublic_key = a\n"            \
    "secret_key = b\nintegration = 7\n"
#define ROUTE "[route shop-parcels]\nfrom = shop\nto = parcels\n"

static void a_mistake_in_the_settings_ends_the_run_before_it_begins(void **state)
{
    static const struct {
        const char *text, *says;
    } mistakes[] = {
        {"", "route"},
        {"from = shop\n", "tagwerk.conf"},
        {"[account shop\n", "tagwerk.conf"},
        {SHOP PARCELS, "route"},
        {SHOP PARCELS ROUTE "form = shop\n", "from"},
        {SHOP PARCELS ROUTE "[rute x]\n", "route"},
        {SHOP SHOP PARCELS ROUTE, "twice"},
        {SHOP PARCELS "[route shop-parcels]\nfrom = schop\nto = parcels\n", "shop"},
        {SHOP PARCELS "[route shop-parcels]\nfrom = shop\n", "to"},
        {SHOP PARCELS "[route shop-parcels]\nfrom = parcels\nto = shop\n", "parcels"},
        {"[account shop]\nsystem = afterbye\n" PARCELS ROUTE, "afterbuy"},
        {"[account shop]\nsystem = afterbuy\n" PARCELS ROUTE, "partner_token"},
        {SHOP "in_flight = many\n" PARCELS ROUTE, "in_flight"},
        {SHOP "in_flight = 0\n" PARCELS ROUTE, "in_flight"},
        {SHOP "timeout = soon\n" PARCELS ROUTE, "timeout"},
        {SHOP PARCELS "api = v9\n" ROUTE, "api"},
        {"[account shop]\nsystem = afterbuy\nurl = ftp://127.0.0.1\n" PARCELS ROUTE, "url"},
        {SHOP PARCELS ROUTE "[reports]\ndialect = klingon\n", "dialect"},
    };
    struct world *w = *state;

    world_order(w, "\"id\":560000001");
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        int code;

        world_configure_text(w, mistakes[i].text);
        code = world_run(w, "run", NULL);
        if (code != 3 || !strstr(w->output, mistakes[i].says))
            fail_msg("mistake %zu: %d: %s", i, code, w->output);
    }
    assert_int_equal(world_count(w, "calls"), 0);
    world_configure(w, NULL, NULL, NULL, NULL);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(pushes(w, "560000001"), 1);
}

static void a_mistake_in_a_mapping_ends_the_run_before_it_begins(void **state)
{
    struct world *w = *state;

    world_order(w, "\"id\":560000001");
    world_remap(w, "afterbuy-sendcloud/orders.csv", "items.title,cut,255", "items.titel,cut,255");
    assert_int_equal(world_run(w, "run", NULL), 3);
    assert_told(w, "items.titel");
    assert_told(w, "orders.csv");
    assert_int_equal(world_count(w, "calls"), 0);
    world_remap(w, "afterbuy-sendcloud/orders.csv", "items.titel,cut,255", "items.title,cut,255");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(pushes(w, "560000001"), 1);
}

/* It was read whole before the first call: the run keeps to it, and the next one sees the change.
 */
static void a_mapping_that_changes_during_a_run_counts_from_the_next_run_on(void **state)
{
    static const char *const words[] = {"run", NULL};
    struct world *w = *state;
    pid_t pid;

    shop_sells(w, 560000001, 3, "");
    set_switch(w, "latency_ms", 150);
    pid = world_start(w, NULL, words);
    while (world_count(w, "calls") == 0)
        ;
    world_remap(w, "afterbuy-sendcloud/orders.csv", "items.title,cut,255,,\n",
                "items.title,cut,255,,\ncurrency,set,CHF,ref = 560000002|560000004,\n");
    assert_int_equal(world_wait(pid), 0);
    set_switch(w, "latency_ms", 0);
    assert_pushed(w, "560000002", "currency", "EUR");
    world_order(w, "\"id\":560000004");
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000004", "refused", "refused-by-target");
    assert_int_equal(pushes(w, "560000002"), 1);
    assert_int_equal(world_doubled(w), 0);
}

/* ---- texts ---- */

#define ONE_REFUSED(w)                                                                             \
    assert_int_equal(world_summary(w, TODAY, "orders", "refused"), 1);                             \
    assert_word(w, TODAY, ORDERS_CSV, "560000005", "refused", "unreadable");                       \
    assert_int_equal(pushes(w, "560000005"), 0)

/* REQ-Z3: it is refused by its number and never sent with a mangled address; the others go on. */
static void an_order_that_is_not_utf8_costs_nobody_but_itself(void **state)
{
    struct world *w = *state;

    shop_sells(w, 560000001, 5, "");
    world_fault(w, "{\"system\":\"afterbuy\",\"call\":\"GetSoldItems\",\"fault\":\"bad-utf8\","
                   "\"times\":99}");
    assert_int_equal(world_run(w, "run", NULL), 1);
    ONE_REFUSED(w);
    assert_non_null(strstr(world_cell(w, TODAY, ORDERS_CSV, "560000005", "detail"),
                           "holds bytes that are not UTF-8"));
    assert_int_equal(incoming_count(w), 4);
    world_assert_balanced(w);
    for (int times = 0; times < 2; times++) {
        world_pass(w, 60);
        assert_int_equal(world_run(w, "--raw", "rerun", TODAY, NULL), 1);
        ONE_REFUSED(w);
    }
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 1);
    ONE_REFUSED(w);
    clear_faults(w); /* mended at the source */
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(pushes(w, "560000005"), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000005", "sent", "new");
    world_assert_balanced(w);
    world_assert_quiet(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_V2(a_mistake_in_the_settings_ends_the_run_before_it_begins),
        WITH_V2(a_mistake_in_a_mapping_ends_the_run_before_it_begins),
        WITH_V2(a_mapping_that_changes_during_a_run_counts_from_the_next_run_on),
        WITH_V2(an_order_that_is_not_utf8_costs_nobody_but_itself),
    };

    return cmocka_run_group_tests_name("bad_input", tests, NULL, NULL);
}
