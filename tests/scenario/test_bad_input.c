/* test_bad_input.c: what people get wrong in settings and mappings, and what sources get wrong in
 * what they say. */
#include "backend.h"
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"

#include <sys/resource.h>

/* ---- settings ---- */

#define SHOP                                                                                       \
    "[account shop]\nsystem = afterbuy\nurl = http://127.0.0.1:1\npartner_token = a\n"             \
    "account_token = b\n"
#define PARCELS                                                                                    \
    "[account parcels]\nsystem = sendcloud\nurl = http://127.0.0.1:1\npublic_key = a\n"            \
    "secret_key = b\nintegration = 7\n"
#define ROUTE "[route shop-parcels]\nfrom = shop\nto = parcels\n"

#define WHOLE SHOP PARCELS ROUTE "" /* what follows stands on line 15 */

/* A whole tagwerk.conf but for one mistake; the line that must be named (0: none can be), and the
 * words that say what to write instead. */
static const struct mistake {
    const char *text;
    unsigned line;
    const char *says;
} mistakes[] = {
    /* lines and sections */
    {"", 0, "there is no [route NAME]"},
    {SHOP PARCELS, 0, "there is no [route NAME]"},
    {"from = shop\n", 1, "before the first [section]"},
    {"[account shop\n", 1, "the closing ] is missing"},
    {WHOLE "just words\n", 15, "expected `key = value`"},
    {WHOLE "tag = gr\xFCn\n", 15, "save the file as UTF-8"},
    {WHOLE "[rute x]\n", 15, "did you mean 'route'?"},
    {WHOLE "[time]\nzone = Mars/Olympus\n", 15, "there are: account, route, schedule"},
    {SHOP SHOP PARCELS ROUTE, 6, "stands twice"},
    {WHOLE ROUTE, 15, "stands twice"},
    {WHOLE "from = shop\n", 15, "stands twice"},
    /* names */
    {WHOLE "form = shop\n", 15, "did you mean 'from'?"},
    {"[account shop]\nsystem = afterbye\n" PARCELS ROUTE, 2, "did you mean 'afterbuy'?"},
    {SHOP PARCELS "[route r]\nfrom = schop\nto = parcels\n", 12, "did you mean 'shop'?"},
    {SHOP PARCELS "[route a/b]\nfrom = shop\nto = parcels\n", 12, "small letters, digits and -"},
    {SHOP PARCELS "[route r]\nfrom = parcels\nto = shop\n", 12, "has nothing to carry"},
    {WHOLE "mapping = nowhere\n", 0, "name another with `mapping = `"},
    {WHOLE "prefix = a b\n", 12, "letters, digits, - _ and ."},
    /* what is missing */
    {SHOP PARCELS "[route r]\nfrom = shop\n", 12, "lacks to: account that they go to"},
    {"[account shop]\nsystem = afterbuy\n" PARCELS ROUTE, 1, "set partner_token and account_token"},
    /* values */
    {SHOP "in_flight = many\n" PARCELS ROUTE, 6, "a whole number from 1 to 16"},
    {SHOP "in_flight = 0\n" PARCELS ROUTE, 6, "a whole number from 1 to 16"},
    {SHOP "timeout = soon\n" PARCELS ROUTE, 6, "a span such as 90s"},
    {SHOP PARCELS "api = v9\n" ROUTE, 12, "one of v2-integration|v3-orders"},
    {"[account shop]\nsystem = afterbuy\nurl = ftp://h\n" PARCELS ROUTE, 3, "must be http(s)://"},
    {WHOLE "first_days = 9999999\n", 15, "from 0 to 90"},
    {WHOLE "writeback_needs_tag = perhaps\n", 15, "yes or no"},
    {WHOLE "[reports]\ndialect = klingon\n", 16, "one of rfc4180|excel-de"},
    {WHOLE "[schedule]\nzone = Mars/Olympus\n", 15, "Europe/Berlin"},
    /* secrets */
    {SHOP "partner_token_file = x\n" PARCELS ROUTE, 6, "partner_token is set twice"},
    {"[account shop]\nsystem = afterbuy\npartner_token_file = no\n" PARCELS ROUTE, 3,
     "cannot read the secret file"},
    {"[account shop]\nsystem = afterbuy\npartner_token_file = /etc/passwd\n" PARCELS ROUTE, 3,
     "chmod"},
    {"[account shop]\nsystem = afterbuy\npartner_token_env = NOT_SET_HERE\n" PARCELS ROUTE, 3,
     "is not set"},
    {"[account shop]\nsystem = afterbuy\npartner_token_command = false\n" PARCELS ROUTE, 3,
     "ended with status 1"},
};

static void is_told(struct world *w, const struct mistake *mistake)
{
    const char *place =
        mistake->line ? arena_format(&w->arena, "/tagwerk.conf:%u: ", mistake->line) : w->home;
    int code;

    world_configure_text(w, mistake->text);
    code = world_run(w, "run", NULL);
    if (code != 3 || !strstr(w->output, place) || !strstr(w->output, mistake->says))
        fail_msg("mistake %zu: %d: %s", (size_t)(mistake - mistakes), code, w->output);
}

static void a_mistake_in_the_settings_ends_the_run_before_it_begins(void **state)
{
    struct world *w = *state;

    world_order(w, "\"id\":560000001");
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++)
        is_told(w, &mistakes[i]);
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
    assert_word(w, TODAY, ORDERS_CSV, "560000005", "refused", "damaged");                          \
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

/* Peak memory of all runs so far, in bytes. */
static int64_t peak(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    return (int64_t)usage.ru_maxrss * 1024;
}

/* The first shop's account meets it in all its tries; the other's calls come after. */
static void one_shop_is_down_the_other_goes_on(struct world *w, const char *fault, const char *why)
{
    (void)world_control(w, "POST", "/accounts",
                        "{\"system\":\"afterbuy\",\"name\":\"two\",\"partner_token\":\"p2\","
                        "\"account_token\":\"a2\",\"tags\":[\"" TAG "\"]}");
    world_order(w, "\"id\":560000001");
    (void)world_control(w, "POST", "/afterbuy/orders?account=two", "[{\"id\":560000002}]");
    world_configure(w, NULL, NULL, NULL,
                    arena_format(&w->arena,
                                 "[account two]\nsystem = afterbuy\nurl = http://127.0.0.1:%u\n"
                                 "partner_token = p2\naccount_token = a2\n"
                                 "[route two-parcels]\nfrom = two\nto = parcels\nprefix = B-\n",
                                 w->port));
    world_fault(w, arena_format(&w->arena,
                                "{\"system\":\"afterbuy\",\"call\":\"GetSoldItems\","
                                "\"times\":5,%s}",
                                fault));
    assert_int_equal(world_run(w, "run", NULL), 2);
    assert_told(w, why);
    assert_int_equal(faults_played(w), 5);
    assert_null(incoming(w, "560000001"));
    assert_non_null(incoming(w, "B-560000002"));
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_int_equal(pushes(w, "560000001"), 1);
    end_quietly(w);
}

/* REQ-Z3 */
static void a_bomb_in_gzip_is_stopped_at_the_ceiling(void **state)
{
    int64_t before = peak();

    one_shop_is_down_the_other_goes_on(*state, "\"fault\":\"gz-bomb\",\"mib\":400", "67108864");
    assert_true(peak() < before + (INT64_C(256) << 20));
}

static void an_answer_nested_too_deeply_is_none(void **state)
{
    one_shop_is_down_the_other_goes_on(*state, "\"fault\":\"deep\"", "nested too deeply");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_V2(a_mistake_in_the_settings_ends_the_run_before_it_begins),
        WITH_V2(a_mistake_in_a_mapping_ends_the_run_before_it_begins),
        WITH_V2(a_mapping_that_changes_during_a_run_counts_from_the_next_run_on),
        WITH_V2(an_order_that_is_not_utf8_costs_nobody_but_itself),
        WITH_V2(a_bomb_in_gzip_is_stopped_at_the_ceiling),
        WITH_V2(an_answer_nested_too_deeply_is_none),
    };

    return cmocka_run_group_tests_name("bad_input", tests, NULL, NULL);
}
