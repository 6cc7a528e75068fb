#include "harness/aid.h"
#include "harness/harness.h"

#include "core/text.h"
#include "plan/plan.h"

#include <unistd.h>

static struct arena arena;

#define SHOP "[account shop]\nsystem = afterbuy\npartner_token = p\naccount_token = a\n"
#define PARCELS                                                                                    \
    "[account parcels]\nsystem = sendcloud\npublic_key = k\nsecret_key = s\nintegration = 7\n"
#define ROUTE "[route main]\nfrom = shop\nto = parcels\n"

static bool load(const char *config, struct plan *plan, struct err *err)
{
    write_file(path_of("tagwerk.conf"), config);
    return plan_load(path_of(NULL), NULL, &arena, plan, err);
}

static struct plan must_load(const char *config)
{
    struct plan plan;
    struct err err;

    if (!load(config, &plan, &err))
        fail_msg("%s", err.text);
    return plan;
}

/* REQ-Z1 */
static void a_route_is_configuration_and_its_flows_follow_from_both_systems(void **state)
{
    static const struct {
        enum kind kind;
        bool back, fed, sunk, mapped;
    } expected[] = {
        {KIND_ARTICLES, false, true, false, true}, {KIND_SHIPMENTS, true, true, true, true},
        {KIND_ORDERS, false, true, true, true},    {KIND_CANCELS, false, false, true, false},
        {KIND_MARKS, true, false, true, false},
    };
    struct plan plan = must_load(SHOP PARCELS ROUTE);
    const struct route *route = plan_route(&plan, "main");

    (void)state;
    assert_non_null(route);
    assert_string_equal(route->from->name, "shop");
    assert_string_equal(route->to->name, "parcels");
    assert_string_equal(route->prefix, "");
    assert_string_equal(route->mapping_dir, path_of("mappings/afterbuy-sendcloud"));
    assert_int_equal(route->flows_len, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const struct flow *flow = &route->flows[i];

        assert_int_equal(flow->kind, expected[i].kind);
        assert_ptr_equal(flow->route, route);
        assert_int_equal(flow->back, expected[i].back);
        assert_ptr_equal(flow->source, expected[i].back ? route->to : route->from);
        assert_ptr_equal(flow->target, expected[i].back ? route->from : route->to);
        assert_int_equal(flow->feed != NULL, expected[i].fed);
        assert_int_equal(flow->sink != NULL, expected[i].sunk);
        assert_int_equal(flow->mapping != NULL, expected[i].mapped);
        assert_ptr_equal(route_flow(route, flow->kind), flow);
    }
    assert_null(route_flow(route, KIND_STOCK));
    plan_close(&plan);
}

static void accounts_have_their_systems_address_and_zone(void **state)
{
    struct plan plan = must_load(SHOP "url = http://127.0.0.1:1\n" PARCELS "in_flight = 2\n" ROUTE);
    const struct account *shop = plan_account(&plan, "shop");
    const struct account *parcels = plan_account(&plan, "parcels");

    (void)state;
    assert_int_equal(plan.accounts_len, 2);
    assert_string_equal(shop->url, "http://127.0.0.1:1");
    assert_string_equal(shop->zone->name, shop->connector->zone);
    assert_string_equal(settings_text(&shop->settings, "partner_token"), "p");
    assert_string_equal(parcels->url, parcels->connector->url);
    assert_int_equal(settings_int(&parcels->settings, "in_flight"), 2);
    assert_int_equal(settings_int(&parcels->settings, "integration"), 7);
    assert_null(plan_account(&plan, "parcel"));
    assert_null(plan_route(&plan, "shop"));
    plan_close(&plan);
}

static void what_is_not_configured_has_its_default(void **state)
{
    struct plan plan = must_load(
        "[account shop]\npartner_token = p\naccount_token = a\nsystem = afterbuy\n" PARCELS ROUTE);
    const struct settings *route = &plan.routes[0].settings;

    (void)state;
    assert_string_equal(plan.zone.name, "Europe/Berlin");
    assert_int_equal(plan.dialect, CSV_RFC4180);
    assert_string_equal(plan.language, "de");
    assert_string_equal(settings_text(&plan.inbox, "address"), "127.0.0.1");
    assert_int_equal(settings_int(&plan.inbox, "port"), 8470);
    assert_null(settings_text(route, "tag"));
    assert_false(settings_bool(route, "writeback_needs_tag"));
    assert_int_equal(settings_int(route, "first_days"), 1);
    assert_string_equal(settings_text(route, "parcels"), "join");
    plan_close(&plan);
}

static void what_is_configured_counts(void **state)
{
    struct plan plan = must_load(
        "[schedule]\nzone = America/Los_Angeles\n[reports]\ndialect = excel-de\nlanguage = en\n"
        "[inbox]\nport = 1\n" SHOP PARCELS ROUTE "prefix = A-\ntag = Sendcloud abgeschlossen\n"
        "writeback_needs_tag = yes\nparcels = newest\nmapping = afterbuy-sendcloud\n");

    (void)state;
    assert_string_equal(plan.zone.name, "America/Los_Angeles");
    assert_int_equal(plan.dialect, CSV_EXCEL_DE);
    assert_string_equal(plan.language, "en");
    assert_int_equal(settings_int(&plan.inbox, "port"), 1);
    assert_string_equal(plan.routes[0].prefix, "A-");
    assert_string_equal(settings_text(&plan.routes[0].settings, "tag"), "Sendcloud abgeschlossen");
    plan_close(&plan);
}

static void a_route_carries_only_the_flows_it_names(void **state)
{
    struct plan plan = must_load(SHOP PARCELS ROUTE "flows = orders, shipments\n");

    (void)state;
    assert_int_equal(plan.routes[0].flows_len, 2);
    assert_int_equal(plan.routes[0].flows[0].kind, KIND_SHIPMENTS);
    assert_int_equal(plan.routes[0].flows[1].kind, KIND_ORDERS);
    plan_close(&plan);
}

/* REQ-Z1: several sources of one target keep their orders apart by a prefix. */
static void routes_to_one_target_have_different_prefixes(void **state)
{
    struct plan plan = must_load(
        SHOP
        "[account other]\nsystem = afterbuy\npartner_token = a\naccount_token = b\n" PARCELS ROUTE
        "[route second]\nfrom = other\nto = parcels\nprefix = B-\n");

    (void)state;
    assert_int_equal(plan.routes_len, 2);
    assert_string_equal(plan.routes[1].prefix, "B-");
    assert_ptr_equal(plan.routes[1].from, plan_account(&plan, "other"));
    plan_close(&plan);
}

static void another_configuration_file_may_be_named(void **state)
{
    static const char text[] = SHOP PARCELS "[route elsewhere]\nfrom = shop\nto = parcels\n";
    struct plan plan;
    struct err err;

    (void)state;
    write_file(path_of("other.conf"), text);
    assert_true(plan_load(path_of(NULL), path_of("other.conf"), &arena, &plan, &err));
    assert_non_null(plan_route(&plan, "elsewhere"));
    plan_close(&plan);
}

struct mistake {
    const char *config, *said;
};

static const struct mistake mistakes[] = {
    {"", "there is no [route NAME] with `from` and `to`, so nothing to do"},
    {SHOP "[rout x]\n", "tagwerk.conf:5: there is no section 'rout'; did you mean 'route'?"},
    {"[qqqqqqqqqqq]\n",
     "there is no section 'qqqqqqqqqqq'; there are: account, route, schedule, reports, inbox"},
    {"[schedule x]\n", "'x' is too much: this section has no name"},
    {"[account]\nsystem = afterbuy\n",
     "'' cannot be a name: small letters, digits and -, 40 at most"},
    {"[account ../x]\nsystem = afterbuy\n", "'../x' cannot be a name"},
    {"[route Main]\nfrom = a\nto = b\n", "'Main' cannot be a name"},
    {"[account shop]\n", ":1: 'shop' lacks `system = `"},
    {"[account shop]\nsystem = afterbuyy\n",
     ":2: there is no system 'afterbuyy'; did you mean 'afterbuy'?"},
    {"[account shop]\nsystem = qqqqqqqqqqq\n",
     "there is no system 'qqqqqqqqqqq'; there are: afterbuy, "},
    {SHOP "partner_tokn = x\n",
     "tagwerk.conf:5: there is no option 'partner_tokn' here; did you mean 'partner_token'?"},
    {SHOP "url = ftp://x\n", "url = 'ftp://x'"},
    {SHOP PARCELS "[route main]\nfrom = shop\n", "lacks to"},
    {SHOP PARCELS "[route main]\nfrom = shpo\nto = parcels\n",
     "tagwerk.conf:10: there is no account 'shpo'; did you mean 'shop'?"},
    {"[route main]\nfrom = shop\nto = x\n", "there is no account 'shop'; there are: none"},
    {SHOP PARCELS "[route main]\nfrom = shop\nto = shop\n",
     "'main' leads from an account to itself"},
    {SHOP PARCELS ROUTE "[route again]\nfrom = shop\nto = parcels\nprefix = X\n",
     "'again' joins the same accounts as route main"},
    {SHOP "[account other]\nsystem = afterbuy\npartner_token = a\naccount_token = b\n" PARCELS ROUTE
          "[route b]\nfrom = other\nto = parcels\n",
     "'b' leads to the same account as route main: give the two different prefixes"},
    {SHOP PARCELS ROUTE "prefix = a b\n", "'a b' cannot be a prefix"},
    {SHOP PARCELS ROUTE "prefix = 123456789012345678901\n", "cannot be a prefix"},
    {SHOP PARCELS ROUTE "flows = orders,shipmets\n",
     "there is no flow 'shipmets'; did you mean 'shipments'?"},
    {SHOP PARCELS ROUTE "flows = stock\n", "'stock' cannot flow between Afterbuy and Sendcloud"},
    {SHOP "[account other]\nsystem = afterbuy\npartner_token = a\naccount_token = b\n[route "
          "r]\nfrom = other\nto = shop\nmapping = "
          "afterbuy-sendcloud\n"
          "flows = orders\n",
     "'orders' cannot flow between Afterbuy and Afterbuy"},
    {SHOP PARCELS ROUTE "mapping = ../elsewhere\n",
     "'../elsewhere' cannot be a folder of mappings"},
    {SHOP PARCELS ROUTE "mapping = nowhere\n",
     "mappings/nowhere/shipments.csv: there is no such mapping file"},
    {SHOP PARCELS ROUTE "first_days = -1\n", "first_days"},
    {SHOP PARCELS ROUTE "[schedule]\nzone = Europe/Berlni\n", "[schedule] zone"},
    {SHOP PARCELS ROUTE "[reports]\ndialect = excel\n", "dialect = 'excel'"},
    {SHOP PARCELS ROUTE "[inbox]\nport = 70000\n", "port = '70000'"},
    {SHOP PARCELS "[route r]\nfrom = parcels\nto = shop\n",
     "'r' has nothing to carry from Sendcloud to Afterbuy"},
    {SHOP SHOP, "this section stands twice"},
    {"[account shop]\nsystem = afterbuy\npartner_token = a\n" PARCELS ROUTE,
     "tagwerk.conf:1: account shop: credentials are incomplete"},
};

static void assert_mistake_is_named(const struct mistake *mistake)
{
    struct plan plan;
    struct err err = {.kind = ERR_NONE};

    if (load(mistake->config, &plan, &err))
        fail_msg("this was taken: %s", mistake->config);
    assert_says(err, ERR_SETUP, mistake->said);
    if (!strstr(err.text, path_of(NULL)))
        fail_msg("no file is named in: %s", err.text);
}

static void every_mistake_is_named_before_anything_starts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++)
        assert_mistake_is_named(&mistakes[i]);
}

static void a_home_without_configuration_is_told(void **state)
{
    struct plan plan;
    struct err err;

    (void)state;
    assert_false(plan_load(path_of("nowhere"), NULL, &arena, &plan, &err));
    assert_says(err, ERR_SETUP, "nowhere/tagwerk.conf");
}

static void a_home_with_a_name_too_long_is_told(void **state)
{
    static const char sound[] = SHOP PARCELS ROUTE;
    static char deep[PATH_SIZE + 8];
    struct plan plan;
    struct err err;

    (void)state;
    memset(deep, 'x', sizeof deep - 1);
    assert_false(plan_load(deep, NULL, &arena, &plan, &err));
    assert_int_equal(err.kind, ERR_SETUP);
    write_file(path_of("tagwerk.conf"), sound);
    deep[PATH_SIZE - 20] = '\0'; /* its mappings are the first that do not fit */
    assert_false(plan_load(deep, path_of("tagwerk.conf"), &arena, &plan, &err));
    assert_int_equal(err.kind, ERR_SETUP);
}

/* The home's mappings are the shipped ones. */
static int begin(void **state)
{
    const char *root = getenv("TAGWERK_ROOT");
    char here[PATH_SIZE] = "";

    if (folder_begin(state) != 0 || (!root && !getcwd(here, sizeof here)))
        return -1;
    return symlink(arena_format(&arena, "%s/mappings", root ? root : here), path_of("mappings"));
}

static int end(void **state)
{
    arena_done(&arena);
    return folder_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_is_configuration_and_its_flows_follow_from_both_systems),
        cmocka_unit_test(accounts_have_their_systems_address_and_zone),
        cmocka_unit_test(what_is_not_configured_has_its_default),
        cmocka_unit_test(what_is_configured_counts),
        cmocka_unit_test(a_route_carries_only_the_flows_it_names),
        cmocka_unit_test(routes_to_one_target_have_different_prefixes),
        cmocka_unit_test(another_configuration_file_may_be_named),
        cmocka_unit_test(every_mistake_is_named_before_anything_starts),
        cmocka_unit_test(a_home_without_configuration_is_told),
        cmocka_unit_test(a_home_with_a_name_too_long_is_told),
    };

    return cmocka_run_group_tests_name("plan", tests, begin, end);
}
