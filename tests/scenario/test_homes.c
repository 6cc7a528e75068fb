/* test_homes.c: whose data it is: credentials of both styles and wrong ones, files that only their
 * owner can read, and merchants who never meet. */
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#include <dirent.h>
#include <sys/stat.h>

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define ORDER "560000001"

/* A configuration with these credentials; the accounts are told apart by their names. */
static void configure(struct world *w, const char *shop, const char *parcels)
{
    world_configure_text(
        w, arena_format(&w->arena,
                        "[account shop]\nsystem = afterbuy\nurl = http://127.0.0.1:%u\n%s\n"
                        "[account parcels]\nsystem = sendcloud\nurl = http://127.0.0.1:%u\n%s\n"
                        "[route shop-parcels]\nfrom = shop\nto = parcels\ntag = " TAG "\n",
                        w->port, shop, w->port, parcels));
}

#define TOKENS "partner_token = demo-partner-token\naccount_token = demo-account-token"
#define OLDER                                                                                      \
    "partner_id = 1001\npartner_password = demo&pass<1>\nuser_id = demo-user\n"                    \
    "user_password = demo\"pw'"
#define KEYS "public_key = demo-public\nsecret_key = demo-secret\nintegration = 7"

static void there_and_back(struct world *w)
{
    assert_int_equal(world_run(w, "run", NULL), 0);
    print_label(w, ORDER, "");
    world_pass(w, HOUR);
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_string_equal(shop_says(w, ORDER, "tracking"),
                        parcel_says(w, ORDER, 0, "tracking_number"));
    assert_true(shop_tagged(w, ORDER, TAG));
}

/* ---- credentials ---- */

static void both_styles_of_credentials_work(void **state)
{
    /* REQ-A8 */
    static const char *const styles[] = {TOKENS, OLDER};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(styles); i++) {
        struct world w;

        world_open(&w, NOW);
        configure(&w, styles[i], KEYS);
        shop_sells(&w, 560000001, 1, "");
        there_and_back(&w);
        world_assert_balanced(&w);
        world_assert_quiet(&w);
        world_close(&w);
    }
}

static void wrong_credentials_are_said_plainly_and_lose_nothing(void **state)
{
    /* REQ-A8 REQ-Z5 */
    static const struct {
        const char *shop, *parcels, *told, *secret;
    } cases[] = {
        {"partner_token = demo-partner-token\naccount_token = NICHT-SO", KEYS,
         "check the account's credentials", "NICHT-SO"},
        {"partner_id = 1001\npartner_password = NICHT-SO\nuser_id = demo-user\n"
         "user_password = x",
         KEYS, "check the account's credentials", "NICHT-SO"},
        {TOKENS, "public_key = demo-public\nsecret_key = NICHT-SO\nintegration = 7",
         "check public_key and secret_key", "NICHT-SO"},
        {TOKENS, "public_key = demo-public\nsecret_key = demo-secret\nintegration = 9",
         "check the option `integration`", "demo-secret"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world w;

        world_open(&w, NOW);
        configure(&w, cases[i].shop, cases[i].parcels);
        shop_sells(&w, 560000001, 2, "");
        for (int day = 0; day < 3; day++) {
            assert_int_equal(world_run(&w, "run", NULL), 2);
            assert_told(&w, cases[i].told);
            assert_not_told(&w, cases[i].secret);
            world_pass(&w, DAY);
        }
        configure(&w, TOKENS, KEYS);
        assert_int_equal(world_run(&w, "run", NULL), 0);
        assert_int_equal(incoming_count(&w), 2);
        world_assert_balanced(&w);
        world_assert_quiet(&w);
        world_close(&w);
    }
}

/* ---- files ---- */

static size_t assert_private(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    char inner[PATH_SIZE];
    struct stat st;
    size_t files = 0;

    assert_int_equal(stat(path, &st), 0);
    if ((st.st_mode & 0777) != (dir ? 0700 : 0600))
        fail_msg("%s has mode %o", path, st.st_mode & 0777);
    while (dir && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        files += assert_private(inner);
    }
    if (dir)
        (void)closedir(dir);
    return dir ? files : 1;
}

static void only_the_owner_can_read_what_is_kept(void **state)
{
    /* REQ-A11 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 1, "");
    there_and_back(&w);
    assert_true(assert_private(arena_format(&w.arena, "%s/staging", w.home)) > 10);
    assert_true(assert_private(arena_format(&w.arena, "%s/reports", w.home)) > 4);
    world_close(&w);
}

/* ---- merchants ---- */

static const char *state_text(struct world *w, const char *path, const char *what)
{
    return node_text(world_control(w, "GET", path, NULL), what);
}

static void two_merchants_never_meet(void **state)
{
    /* REQ-A12 */
    struct world w;
    const char *first_orders;

    (void)state;
    world_open(&w, NOW);
    (void)world_control(&w, "POST", "/accounts",
                        "{\"system\":\"afterbuy\",\"name\":\"two\",\"partner_token\":\"p2\","
                        "\"account_token\":\"a2\",\"tags\":[\"" TAG "\"]}");
    (void)world_control(&w, "POST", "/accounts",
                        "{\"system\":\"sendcloud\",\"name\":\"two\",\"public_key\":\"k2\","
                        "\"secret_key\":\"s2\",\"integration\":7}");
    shop_sells(&w, 560000001, 1, "\"shipping_address\":{\"LastName\":\"Erste\"}");
    (void)world_control(&w, "POST", "/afterbuy/orders?account=two",
                        "[{\"id\":560000001,\"shipping_address\":{\"LastName\":\"Zweite\"}}]");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    first_orders = incoming_says(&w, ORDER, "body.name");
    assert_non_null(strstr(first_orders, "Erste"));
    assert_null(
        node_at(world_control(&w, "GET", "/state/sendcloud?account=two", NULL), "incoming")->child);

    world_home(&w, "second");
    configure(&w, "partner_token = p2\naccount_token = a2",
              "public_key = k2\nsecret_key = s2\nintegration = 7");
    assert_int_equal(world_run(&w, "explain", ORDER, NULL), 1); /* nothing of the first is known */
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_word(&w, TODAY, ORDERS_CSV, ORDER, "sent", "new");
    (void)world_control(&w, "POST", "/sendcloud/print?account=two", "{\"all\":true}");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"), ""); /* the first merchant's */
    assert_string_not_equal(
        node_text(node_first(node_at(world_control(&w, "GET", "/state/afterbuy?account=two", NULL),
                                     "orders"),
                             NULL),
                  "tracking"),
        "");
    assert_string_equal(state_text(&w, "/state/sendcloud", "pushes." ORDER), "1");
    assert_string_equal(state_text(&w, "/state/sendcloud?account=two", "pushes." ORDER), "1");

    world_home(&w, "home");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_summary(&w, TODAY, "shipments", "source"), 0);
    assert_int_equal(incoming_count(&w), 1);
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

static void two_homes_run_at_the_same_time(void **state)
{
    /* REQ-A12 */
    static const char *const words[] = {"run", NULL};
    struct world w;
    pid_t first;

    (void)state;
    world_open(&w, NOW);
    shop_sells(&w, 560000001, 1, "");
    world_fault(&w, "{\"system\":\"afterbuy\",\"fault\":\"slow\",\"ms\":300,\"times\":2}");
    first = world_start(&w, NULL, words);
    world_home(&w, "second");
    configure(&w, TOKENS, KEYS);
    assert_int_equal(world_run(&w, "run", NULL), 0); /* another home, another lock */
    assert_int_equal(world_wait(first), 0);
    assert_int_equal(incoming_count(&w), 1); /* and the same order is one order at the target */
    world_assert_balanced(&w);
    world_close(&w);
}

static void two_shops_of_one_merchant_share_a_target_by_prefix(void **state)
{
    /* REQ-Z1 REQ-Z4 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    (void)world_control(&w, "POST", "/accounts",
                        "{\"system\":\"afterbuy\",\"name\":\"two\",\"partner_token\":\"p2\","
                        "\"account_token\":\"a2\",\"tags\":[\"" TAG "\"]}");
    shop_sells(&w, 560000001, 1, "");
    (void)world_control(&w, "POST", "/afterbuy/orders?account=two", "[{\"id\":560000001}]");
    world_configure(&w, NULL, NULL, NULL,
                    arena_format(&w.arena,
                                 "[account two]\nsystem = afterbuy\nurl = http://127.0.0.1:%u\n"
                                 "partner_token = p2\naccount_token = a2\n"
                                 "[route two-parcels]\nfrom = two\nto = parcels\nprefix = B-\n"
                                 "tag = " TAG "\n",
                                 w.port));
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_non_null(incoming(&w, ORDER));
    assert_non_null(incoming(&w, "B-" ORDER));
    print_label(&w, "B-" ORDER, "");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"), "");
    assert_string_equal(
        node_text(node_first(node_at(world_control(&w, "GET", "/state/afterbuy?account=two", NULL),
                                     "orders"),
                             NULL),
                  "tracking"),
        parcel_says(&w, "B-" ORDER, 0, "tracking_number"));
    print_label(&w, ORDER, "");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"),
                        parcel_says(&w, ORDER, 0, "tracking_number"));
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_styles_of_credentials_work),
        cmocka_unit_test(wrong_credentials_are_said_plainly_and_lose_nothing),
        cmocka_unit_test(only_the_owner_can_read_what_is_kept),
        cmocka_unit_test(two_merchants_never_meet),
        cmocka_unit_test(two_homes_run_at_the_same_time),
        cmocka_unit_test(two_shops_of_one_merchant_share_a_target_by_prefix),
    };

    return cmocka_run_group_tests_name("homes", tests, NULL, NULL);
}
