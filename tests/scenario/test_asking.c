/* test_asking.c: what people ask before and after a run: is the configuration sound, do the
 * accounts answer, how did it go, what became of this order; and how they learn of their mistakes
 * before anything is sent. */
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#include <sys/stat.h>

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define ORDER "560000001"

static void write_below(struct world *w, const char *path_below_home, const char *text)
{
    struct err err;

    if (!file_put(arena_format(&w->arena, "%s/%s", w->home, path_below_home), text, strlen(text),
                  &err))
        fail_msg("%s", err.text);
}

/* ---- check ---- */

static void check_tells_what_would_be_done_without_asking_anybody(void **state)
{
    /* REQ-Z1 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    assert_int_equal(world_run(&w, "check", NULL), 0);
    assert_told(&w, "route shop-parcels: shop -> parcels");
    assert_told(&w, "orders     shop -> parcels");
    assert_told(&w, "shipments  parcels -> shop");
    assert_int_equal(world_count(&w, "calls"), 0);
    assert_false(world_has_file(&w, "staging"));
    world_close(&w);
}

#define ACCOUNTS                                                                                   \
    "[account shop]\nsystem = afterbuy\npartner_token = a\naccount_token = b\n"                    \
    "[account parcels]\nsystem = sendcloud\npublic_key = c\nsecret_key = d\nintegration = 7\n"
#define ROUTE "[route r]\nfrom = shop\nto = parcels\n"

static void a_mistake_in_the_configuration_is_named_with_its_line(void **state)
{
    /* REQ-Z3 */
    static const struct {
        const char *text, *told;
    } cases[] = {
        {"", "no [route NAME]"},
        {ACCOUNTS, "no [route NAME]"},
        {ACCOUNTS ROUTE "tagg = x\n", "tagwerk.conf:13"},
        {ACCOUNTS ROUTE "tagg = x\n", "did you mean 'tag'"},
        {ACCOUNTS "[rout r]\n", "did you mean 'route'"},
        {ACCOUNTS "[route r]\nfrom = shopp\nto = parcels\n", "did you mean 'shop'"},
        {ACCOUNTS "[route r]\nfrom = shop\n", "to"},
        {ACCOUNTS ROUTE "flows = oders\n", "did you mean 'orders'"},
        {ACCOUNTS ROUTE "flows = stock\n", "cannot flow"},
        {ACCOUNTS ROUTE "first_days = soon\n", "first_days"},
        {ACCOUNTS ROUTE "first_days = -1\n", "first_days"},
        {ACCOUNTS ROUTE "parcels = some\n", "join"},
        {ACCOUNTS ROUTE "mapping = nowhere\n", "nowhere"},
        {ACCOUNTS ROUTE "from = shop\n", "stands twice"},
        {ACCOUNTS ROUTE "[schedule]\nzone = Europe/Berlinn\n", "Europe/Berlin"},
        {ACCOUNTS ROUTE "[account third]\nsystem = afterbay\n", "did you mean 'afterbuy'"},
        {ACCOUNTS ROUTE "no sense at all\n", "tagwerk.conf:13"},
        {"[account shop]\nsystem = afterbuy\npartner_token = a\naccount_token = b\n"
         "[account parcels]\nsystem = sendcloud\npublic_key = c\nsecret_key = d\n" ROUTE,
         "integration"},
        {"[account shop]\nsystem = afterbuy\npartner_token = a\n"
         "[account parcels]\nsystem = sendcloud\npublic_key = c\nsecret_key = d\nintegration = "
         "7\n" ROUTE,
         "account_token"},
        {ACCOUNTS ROUTE "[route s]\nfrom = shop\nto = parcels\n", "same accounts"},
    };
    struct world w;

    (void)state;
    world_open(&w, NOW);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        world_configure_text(&w, cases[i].text);
        if (world_run(&w, "run", NULL) != 3)
            fail_msg("case %zu was taken:\n%s\n%s", i, cases[i].text, w.output);
        assert_told(&w, cases[i].told);
        assert_int_equal(world_run(&w, "check", NULL), 3);
    }
    assert_false(world_has_file(&w, "staging/ledger.db"));
    world_close(&w);
}

static void a_mistake_in_a_mapping_is_named_before_anything_is_sent(void **state)
{
    /* REQ-Z3 */
    static const struct {
        const char *file, *from, *to, *told;
    } cases[] = {
        {"afterbuy-sendcloud/orders.csv", "weight_g,default,3 kg", "weight_g,defalt,3 kg",
         "did you mean 'default'"},
        {"afterbuy-sendcloud/orders.csv", "weight_g,defalt,3 kg", "weigth_g,default,3 kg",
         "did you mean 'weight_g'"},
        {"afterbuy-sendcloud/orders.csv", "weigth_g,default,3 kg", "weight_g,default,3 stone",
         "orders.csv:"},
        {"afterbuy-sendcloud/orders.csv", "weight_g,default,3 stone", "weight_g,default,3 kg",
         NULL},
        {"afterbuy-sendcloud/orders.csv", "zone,lookup,zones", "zone,lookup,zonen", "zonen"},
        {"afterbuy-sendcloud/orders.csv", "zone,lookup,zonen", "zone,lookup,zones", NULL},
        {"afterbuy-sendcloud/shipments.csv", "mark,set,{route.tag}", "mark,set,{route.tagg}",
         "shipments.csv:"},
        {"afterbuy-sendcloud/shipments.csv", "mark,set,{route.tagg}", "mark,set,{route.tag}", NULL},
    };
    struct world w;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 1, "");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        world_remap(&w, cases[i].file, cases[i].from, cases[i].to);
        assert_int_equal(world_run(&w, "check", NULL), cases[i].told ? 3 : 0);
        if (!cases[i].told)
            continue;
        assert_told(&w, cases[i].told);
        assert_int_equal(world_run(&w, "run", NULL), 3);
    }
    assert_int_equal(world_count(&w, "calls"), 0);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    world_assert_quiet(&w);
    world_close(&w);
}

static void a_secret_that_others_can_read_is_not_used(void **state)
{
    /* REQ-A8 REQ-A11 */
    struct world w;
    const char *path;

    (void)state;
    world_open(&w, NOW);
    path = arena_format(&w.arena, "%s/token", w.home);
    write_below(&w, "token", "demo-account-token\n");
    world_configure_text(
        &w, arena_format(&w.arena,
                         "[account shop]\nsystem = afterbuy\nurl = http://127.0.0.1:%u\n"
                         "partner_token = demo-partner-token\naccount_token_file = %s\n"
                         "[account parcels]\nsystem = sendcloud\nurl = http://127.0.0.1:%u\n"
                         "public_key = demo-public\nsecret_key_command = echo demo-secret\n"
                         "integration = 7\n[route shop-parcels]\nfrom = shop\nto = parcels\n",
                         w.port, path, w.port));
    shop_sells(&w, 560000001, 1, "");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(world_run(&w, "run", NULL), 3);
    assert_told(&w, path);
    assert_told(&w, "chmod");
    assert_not_told(&w, "demo-account-token");
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(incoming_count(&w), 1);
    world_assert_quiet(&w);
    world_close(&w);
}

/* ---- doctor ---- */

static void doctor_looks_at_every_account_and_changes_nothing(void **state)
{
    /* REQ-A7 REQ-A8 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    assert_int_equal(world_run(&w, "doctor", NULL), 0);
    assert_told(&w, "credentials are accepted");
    assert_told(&w, "keys are accepted");
    assert_told(&w, "J&J Aftersend");
    assert_told(&w, "Tag Manager"); /* nobody carries the tag yet: it cannot be known */
    shop_sells(&w, 560000001, 1, "\"tags\":[\"" TAG "\"]");
    assert_int_equal(world_run(&w, "doctor", NULL), 0);
    assert_told(&w, "'" TAG "' is in use");
    assert_int_equal(world_count(&w, "writes"), 0);
    assert_false(world_has_file(&w, "staging/ledger.db"));
    world_close(&w);
}

static void doctor_names_what_is_wrong_and_how_to_mend_it(void **state)
{
    /* REQ-A8 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    world_fault(&w, "{\"system\":\"afterbuy\",\"call\":\"GetAfterbuyTime\","
                    "\"fault\":\"wrong-clock\",\"seconds\":600}");
    assert_int_equal(world_run(&w, "doctor", NULL), 0);
    assert_told(&w, "600 s ahead");
    assert_told(&w, "timedatectl");
    world_configure(&w, "account_token = wrong", NULL, NULL, NULL); /* a second value: a mistake */
    assert_int_equal(world_run(&w, "doctor", NULL), 3);
    world_configure_text(
        &w, arena_format(&w.arena,
                         "[account shop]\nsystem = afterbuy\nurl = http://127.0.0.1:%u\n"
                         "partner_token = demo-partner-token\naccount_token = wrong\n"
                         "[account parcels]\nsystem = sendcloud\nurl = http://127.0.0.1:%u\n"
                         "public_key = demo-public\nsecret_key = demo-secret\nintegration = 9\n"
                         "[route shop-parcels]\nfrom = shop\nto = parcels\n",
                         w.port, w.port));
    assert_int_equal(world_run(&w, "doctor", NULL), 2);
    assert_told(&w, "BAD");
    assert_told(&w, "check the account's credentials");
    assert_told(&w, "set the option `integration`");
    assert_int_equal(world_count(&w, "writes"), 0);
    world_close(&w);
}

/* ---- status, explain ---- */

static void status_tells_the_last_runs_and_what_is_open(void **state)
{
    /* REQ-Z3 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    assert_int_equal(world_run(&w, "status", NULL), 0);
    assert_told(&w, "no run yet");
    shop_sells(&w, 560000001, 2, "");
    world_fault(&w, "{\"call\":\"POST /integrations/{id}/shipments\",\"fault\":\"401\"}");
    assert_int_equal(world_run(&w, "run", NULL), 2);
    assert_int_equal(world_run(&w, "status", NULL), 0);
    assert_told(&w, "20240604T080000.000Z");
    assert_told(&w, "planned 2");
    assert_told(&w, "calls in 2024-06");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_run(&w, "status", NULL), 0);
    assert_told(&w, "read until 2024-06-04T09:00:00Z");
    assert_not_told(&w, "planned");
    world_close(&w);
}

static void explain_tells_the_life_of_an_order(void **state)
{
    /* REQ-Z3 REQ-A4 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 1, "\"items\":[{\"ItemWeight\":\"0\",\"product\":null}]");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, ORDER, "");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_run(&w, "explain", ORDER, NULL), 0);
    assert_told(&w, "orders " ORDER);
    assert_told(&w, "found        2024-06-04T08:00:00Z");
    assert_told(&w, "staging/shop-parcels/2024-06-04/20240604T080000.000Z/orders.out.gz");
    assert_told(&w, "weight_g default 3 kg"); /* the rule, as the operator wrote it */
    assert_told(&w, "3000 g, from default");
    assert_told(&w, world_cell(&w, TODAY, ORDERS_CSV, ORDER, "target_id"));
    assert_told(&w, parcel_says(&w, ORDER, 0, "tracking_number"));
    assert_told(&w, "marks " ORDER " " TAG);
    assert_not_told(&w, "Erika");
    assert_int_equal(world_run(&w, "explain", "599999999", NULL), 1);
    assert_told(&w, "no run has met '599999999'");
    world_close(&w);
}

/* ---- systems, example, output ---- */

static void systems_and_example_need_no_home(void **state)
{
    /* REQ-Z1 */
    struct world w;
    struct err err;

    (void)state;
    world_open(&w, NOW);
    assert_true(file_remove(arena_format(&w.arena, "%s/tagwerk.conf", w.home), &err));
    assert_int_equal(world_run(&w, "systems", NULL), 0);
    assert_told(&w, "sendcloud    -           gives       takes       takes");
    assert_int_equal(world_run(&w, "example", NULL), 0);
    assert_told(&w, "#writeback_needs_tag = no");
    assert_int_equal(world_run(&w, "--version", NULL), 0);
    assert_int_equal(world_run(&w, "--help", NULL), 0);
    assert_told(&w, "5 another run holds the lock");
    assert_int_equal(world_run(&w, "run", NULL), 3);
    assert_told(&w, "tagwerk.conf");
    world_close(&w);
}

static void in_cron_a_run_is_quiet_but_for_its_log(void **state)
{
    /* REQ-A10 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 1, "");
    assert_int_equal(world_run(&w, "--quiet", "run", NULL), 0);
    assert_told(&w, "level=info event=flow run=20240604T080000.000Z route=shop-parcels "
                    "flow=orders sent=1 same=0");
    assert_not_told(&w, "source"); /* the table is for people */
    assert_not_told(&w, "\r");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_tells_what_would_be_done_without_asking_anybody),
        cmocka_unit_test(a_mistake_in_the_configuration_is_named_with_its_line),
        cmocka_unit_test(a_mistake_in_a_mapping_is_named_before_anything_is_sent),
        cmocka_unit_test(a_secret_that_others_can_read_is_not_used),
        cmocka_unit_test(doctor_looks_at_every_account_and_changes_nothing),
        cmocka_unit_test(doctor_names_what_is_wrong_and_how_to_mend_it),
        cmocka_unit_test(status_tells_the_last_runs_and_what_is_open),
        cmocka_unit_test(explain_tells_the_life_of_an_order),
        cmocka_unit_test(systems_and_example_need_no_home),
        cmocka_unit_test(in_cron_a_run_is_quiet_but_for_its_log),
    };

    return cmocka_run_group_tests_name("asking", tests, NULL, NULL);
}
