/* test_inbox.c: webhooks: what `tagwerk inbox serve` takes and what it refuses, and that a run
 * takes it for a hint: it looks sooner, and believes only what it then reads. */
#include "core/file.h"
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <sys/stat.h>

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"
#define ORDER "560000001"
#define INBOX "staging/inbox/parcels"
#define PATIENCE 2000 /* looks, 5 ms apart */
#define TOO_BIG (((size_t)1 << 20) + 1)

struct inbox_process {
    pid_t pid;
    unsigned port, number;
};

/* One order at Sendcloud, and an inbox that serves, at which Sendcloud's webhooks are pointed. */
static struct inbox_process open_with_inbox(struct world *w)
{
    static const char *const words[] = {"inbox", "serve", NULL};
    struct inbox_process inbox;
    const char *at = NULL;

    world_open(w, NOW);
    world_configure(w, NULL, NULL, NULL, "[inbox]\nport = 0");
    shop_sells(w, 560000001, 1, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
    inbox.pid = world_start(w, NULL, words);
    inbox.number = w->started;
    for (int i = 0; i < PATIENCE && !at; i++) {
        (void)poll(NULL, 0, 5);
        at = strstr(world_output(w, inbox.number), "/parcels");
    }
    assert_non_null(at);
    while (at[-1] != ':')
        at--;
    inbox.port = (unsigned)strtoul(at, NULL, 10);
    (void)world_control(
        w, "POST", "/sendcloud/hook",
        arena_format(&w->arena, "{\"url\":\"http://127.0.0.1:%u/parcels\"}", inbox.port));
    return inbox;
}

static const char *hooks(struct world *w, const char *what)
{
    return node_text(world_control(w, "GET", "/sendcloud/hooks", NULL), what);
}

/* Until Sendcloud has tried to deliver all that is due. */
static void await_hooks(struct world *w)
{
    for (int i = 0; i < PATIENCE && !text_same(hooks(w, "due"), "0"); i++)
        (void)poll(NULL, 0, 5);
    assert_string_equal(hooks(w, "due"), "0");
}

static size_t stored(struct world *w)
{
    const char *const *names;
    size_t count;
    struct err err;

    assert_true(folder_list(arena_format(&w->arena, "%s/" INBOX, w->home), &w->arena, &names,
                            &count, &err));
    return count;
}

/* A webhook by hand, signed with that key; NULL: not signed. */
static int post(struct world *w, const struct inbox_process *inbox, const char *key,
                const char *body)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char hex[2 * sizeof mac + 1];
    crypto_auth_hmacsha256_state state;

    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)(key ? key : ""),
                                      key ? strlen(key) : 0);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, strlen(body));
    (void)crypto_auth_hmacsha256_final(&state, mac);
    (void)sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    return world_http(w, inbox->port, "POST", "/parcels",
                      key ? arena_format(&w->arena, "Sendcloud-Signature: %s\r\n", hex) : NULL,
                      body, NULL);
}

static const char *said_of(struct world *w, const char *id, int status)
{
    return arena_format(&w->arena,
                        "{\"action\":\"parcel_status_changed\",\"timestamp\":1717491600000,"
                        "\"parcel\":{\"id\":%s,\"order_number\":\"" ORDER "\","
                        "\"external_order_id\":\"" ORDER "\",\"tracking_number\":\"GELOGEN\","
                        "\"status\":{\"id\":%d,\"message\":\"Ready to send\"}}}",
                        id, status);
}

static void close_all(struct world *w, const struct inbox_process *inbox)
{
    (void)kill(inbox->pid, SIGTERM);
    assert_int_equal(world_wait(inbox->pid), 0);
    world_assert_balanced(w);
    world_assert_quiet(w);
    world_close(w);
}

/* ---- what a run makes of it ---- */

static void a_webhook_is_kept_and_the_next_run_reads_its_parcel(void **state)
{
    /* REQ-A6 REQ-Z6 REQ-A11 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);
    struct stat st;
    const char *folder = arena_format(&w.arena, "%s/" INBOX, w.home);
    const char *const *names;
    size_t count;
    struct err err;

    (void)state;
    print_label(&w, ORDER, "");
    await_hooks(&w);
    assert_true(folder_list(folder, &w.arena, &names, &count, &err));
    assert_int_equal(count, 2); /* being announced, ready to send */
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(arena_format(&w.arena, "%s/%s", folder, names[0]), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(calls_of(&w, "sendcloud", "GET /parcels/{id}"), 1);
    assert_int_equal(stored(&w), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"),
                        parcel_says(&w, ORDER, 0, "tracking_number"));
    assert_int_equal(world_summary(&w, TODAY, "shipments", "source"), 1);
    assert_string_equal(hooks(&w, "refused"), "0");
    close_all(&w, &inbox);
}

static void a_webhook_brings_a_parcel_that_no_window_shows(void **state)
{
    /* REQ-A6 REQ-Z6 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    set_switch(&w, "sendcloud.hook_bad_signature", 1); /* only what is posted here comes through */
    world_at(&w, "2024-05-20T08:00:00Z");              /* long before the first run */
    parcel_by_hand(&w, "\"order_number\":\"" ORDER "\"");
    await_hooks(&w);
    world_at(&w, NOW);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"), "");
    assert_int_equal(
        post(&w, &inbox, "demo-secret", said_of(&w, parcel_says(&w, ORDER, 0, "id"), 1000)), 200);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"),
                        parcel_says(&w, ORDER, 0, "tracking_number"));
    (void)kill(inbox.pid, SIGTERM);
    assert_int_equal(world_wait(inbox.pid), 0);
    world_close(&w);
}

static void what_a_webhook_claims_is_not_believed(void **state)
{
    /* REQ-Z6 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    set_switch(&w, "sendcloud.hook_bad_signature", 1); /* only the forged ones come through */
    print_label(&w, ORDER, "\"status\":1001");
    await_hooks(&w);
    assert_int_equal(
        post(&w, &inbox, "demo-secret", said_of(&w, parcel_says(&w, ORDER, 0, "id"), 1000)), 200);
    assert_int_equal(post(&w, &inbox, "demo-secret", said_of(&w, "4711", 1000)), 200);
    assert_int_equal(stored(&w), 2);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(stored(&w), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"), "");
    assert_int_equal(world_count(&w, "afterbuy.writes"), 0);
    assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, ORDER, 0, "id"), "skipped",
                "label-waiting");
    close_all(&w, &inbox);
}

static void odd_webhooks_are_taken_away_and_harm_nothing(void **state)
{
    /* REQ-Z6 */
    static const char *const bodies[] = {
        "{\"action\":\"test_webhook\"}",
        "{\"action\":\"parcel_status_changed\",\"parcel\":null}",
        "{\"action\":\"parcel_status_changed\",\"parcel\":{\"id\":\"../../x\"}}",
        "{\"action\":\"parcel_status_changed\",\"parcel\":{\"id\":-5}}",
        "[]",
        "no JSON",
        "\xff\xfe"};
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        assert_int_equal(post(&w, &inbox, "demo-secret", bodies[i]), 200);
    assert_int_equal(stored(&w), ARRAY_LEN(bodies));
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(stored(&w), 0);
    assert_int_equal(calls_of(&w, "sendcloud", "GET /parcels/{id}"), 0);
    close_all(&w, &inbox);
}

static void lost_webhooks_lose_nothing(void **state)
{
    /* REQ-A6 REQ-Z6 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    (void)kill(inbox.pid, SIGKILL);
    assert_int_equal(world_wait(inbox.pid), 128 + SIGKILL);
    print_label(&w, ORDER, "");
    await_hooks(&w);
    assert_string_equal(hooks(&w, "delivered"), "0");
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_string_equal(shop_says(&w, ORDER, "tracking"),
                        parcel_says(&w, ORDER, 0, "tracking_number"));
    world_assert_balanced(&w);
    world_assert_quiet(&w);
    world_close(&w);
}

static void what_was_answered_survives_the_end_of_the_inbox(void **state)
{
    /* REQ-Z6 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    print_label(&w, ORDER, "");
    await_hooks(&w);
    assert_string_equal(hooks(&w, "delivered"), "2");
    (void)kill(inbox.pid, SIGKILL);
    assert_int_equal(world_wait(inbox.pid), 128 + SIGKILL);
    assert_int_equal(stored(&w), 2);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(calls_of(&w, "sendcloud", "GET /parcels/{id}"), 1);
    world_assert_quiet(&w);
    world_close(&w);
}

static void a_webhook_stays_until_its_parcel_was_read(void **state)
{
    /* REQ-Z6 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    print_label(&w, ORDER, "");
    await_hooks(&w);
    world_fault(&w, "{\"system\":\"sendcloud\",\"call\":\"GET /parcels/{id}\",\"fault\":\"503\","
                    "\"times\":100}");
    assert_int_equal(world_run(&w, "run", NULL), 2);
    assert_int_equal(stored(&w), 2);
    clear_faults(&w);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(stored(&w), 0);
    close_all(&w, &inbox);
}

/* ---- what the inbox takes ---- */

static void what_nobody_signed_is_refused_and_not_stored(void **state)
{
    /* REQ-A6 REQ-A11 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);
    const char *body = said_of(&w, "4711", 1000);
    char *big = (char *)arena_array(&w.arena, TOO_BIG + 1, 1);

    (void)state;
    memset(big, ' ', TOO_BIG);
    assert_int_equal(post(&w, &inbox, NULL, body), 401);
    assert_int_equal(post(&w, &inbox, "another-secret", body), 401);
    assert_int_equal(
        world_http(&w, inbox.port, "POST", "/parcels", "Sendcloud-Signature: 00\r\n", body, NULL),
        401);
    assert_int_equal(post(&w, &inbox, "demo-secret", big), 413);
    assert_int_equal(world_http(&w, inbox.port, "POST", "/shop", NULL, body, NULL), 404);
    assert_int_equal(world_http(&w, inbox.port, "POST", "/", NULL, body, NULL), 404);
    assert_int_equal(world_http(&w, inbox.port, "GET", "/parcels", NULL, NULL, NULL), 405);
    assert_int_equal(stored(&w), 0);
    set_switch(&w, "sendcloud.hook_bad_signature", 1);
    print_label(&w, ORDER, "");
    await_hooks(&w);
    assert_string_equal(hooks(&w, "delivered"), "0");
    assert_int_equal(stored(&w), 0);
    world_pass(&w, HOUR);
    assert_int_equal(world_run(&w, "run", NULL), 0); /* polling finds it all the same */
    assert_true(shop_tagged(&w, ORDER, TAG));
    close_all(&w, &inbox);
}

static void the_key_for_webhooks_can_be_another_one(void **state)
{
    /* REQ-A6 */
    static const char body[] = "{\"action\":\"parcel_status_changed\",\"timestamp\":1717400000000,"
                               "\"parcel\":{\"id\":4711}}";
    static const char signature[] =
        "Sendcloud-Signature: 4d3c7b4c3589cb0c93af0cac6a1204bbeb254f89eb7b8ac4f43a32fbd3e21834\r\n";
    struct world w;
    struct inbox_process first = open_with_inbox(&w), inbox;
    static const char *const words[] = {"inbox", "serve", NULL};

    (void)state;
    assert_int_equal(world_http(&w, first.port, "POST", "/parcels", signature, body, NULL), 401);
    (void)kill(first.pid, SIGTERM);
    assert_int_equal(world_wait(first.pid), 0);
    world_configure(&w, NULL, "webhook_key = 0123456789abcdef", NULL,
                    arena_format(&w.arena, "[inbox]\nport = %u", first.port));
    inbox = (struct inbox_process){.pid = world_start(&w, NULL, words), .port = first.port};
    for (int i = 0; i < PATIENCE && !strstr(world_output(&w, w.started), "/parcels"); i++)
        (void)poll(NULL, 0, 5);
    assert_int_equal(world_http(&w, inbox.port, "POST", "/parcels", signature, body, NULL), 200);
    assert_int_equal(post(&w, &inbox, "demo-secret", body), 401);
    close_all(&w, &inbox);
}

static void an_event_that_comes_twice_is_stored_once(void **state)
{
    /* REQ-Z4 */
    struct world w;
    struct inbox_process inbox = open_with_inbox(&w);

    (void)state;
    set_switch(&w, "sendcloud.hook_duplicate", 1);
    set_switch(&w, "sendcloud.hook_reorder", 1);
    set_switch(&w, "sendcloud.hook_odd_fields", 1);
    print_label(&w, ORDER, "");
    await_hooks(&w);
    assert_string_equal(hooks(&w, "delivered"), "4");
    assert_int_equal(stored(&w), 2);
    assert_int_equal(world_run(&w, "run", NULL), 0);
    assert_int_equal(world_summary(&w, TODAY, "shipments", "sent"), 1);
    close_all(&w, &inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_webhook_is_kept_and_the_next_run_reads_its_parcel),
        cmocka_unit_test(a_webhook_brings_a_parcel_that_no_window_shows),
        cmocka_unit_test(what_a_webhook_claims_is_not_believed),
        cmocka_unit_test(odd_webhooks_are_taken_away_and_harm_nothing),
        cmocka_unit_test(lost_webhooks_lose_nothing),
        cmocka_unit_test(what_was_answered_survives_the_end_of_the_inbox),
        cmocka_unit_test(a_webhook_stays_until_its_parcel_was_read),
        cmocka_unit_test(what_nobody_signed_is_refused_and_not_stored),
        cmocka_unit_test(the_key_for_webhooks_can_be_another_one),
        cmocka_unit_test(an_event_that_comes_twice_is_stored_once),
    };

    return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
