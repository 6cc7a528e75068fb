/* test_connect.c: the ways in which no connection comes about, at the source and at the target.
 * Each must end alike: exit code 2, a text that says whom, why and what to do, nothing written, and
 * the first run that gets through brings everything home, days later too. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- far sides that are none ---- */

/* A socket on a port of its own, which nobody listens at yet. */
static int bound(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&at, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

/* Signs for nobody but itself, and keeps nothing secret. */
static const char key[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCHuP2b2Em2YqjND6\n"
                          "MA/arFIOyvwxok/LSjRBVtkv+0ihRANCAAR76YWUYYmHMXBYws0c5jVCZML8oVzd\n"
                          "toGBFD3bqC1GToaW1wJ+oO1IrIIbAqO0TbDODOQSIdaB5W4coQ5H1tUs\n"
                          "-----END PRIVATE KEY-----\n";
static const char certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfzCCASWgAwIBAgIUOZ4yRq9Lp38LQDr3kaPvyVf7akEwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMjAwMzI1NFoYDzIxMjYxMDI5\n"
    "MDAzMjU0WjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAAR76YWUYYmHMXBYws0c5jVCZML8oVzdtoGBFD3bqC1GToaW1wJ+oO1I\n"
    "rIIbAqO0TbDODOQSIdaB5W4coQ5H1tUso1MwUTAdBgNVHQ4EFgQUbtDaAbBWFqWu\n"
    "CMpFyO0Q1FkOKeswHwYDVR0jBBgwFoAUbtDaAbBWFqWuCMpFyO0Q1FkOKeswDwYD\n"
    "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAyN1DlO0LjUcp2iv9ylXe\n"
    "4C0jyRyb0I1BQQFkqaq+PI8CIGT79wVpqWTM6s9lXy/+VTfcOkJ/xyJrfWkEjKNx\n"
    "02tP\n"
    "-----END CERTIFICATE-----\n";

// NOLINTBEGIN(readability-function-size, readability-non-const-parameter): libmicrohttpd's
// signature
static enum MHD_Result hang_up(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *body,
                               size_t *len, void **call)
{
    (void)context, (void)connection, (void)url, (void)method;
    (void)version, (void)body, (void)len, (void)call;
    return MHD_NO;
}
// NOLINTEND(readability-function-size, readability-non-const-parameter)

static struct MHD_Daemon *self_signed(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL, hang_up, NULL,
        MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)(const void *)&at, MHD_OPTION_HTTPS_MEM_KEY,
        key, MHD_OPTION_HTTPS_MEM_CERT, certificate, MHD_OPTION_END);

    if (daemon)
        *port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    return daemon;
}

/* ---- the story ---- */

static void configure(struct world *w, const char *shop_url, const char *parcels_url)
{
    const char *here = arena_format(&w->arena, "http://127.0.0.1:%u", w->port);

    world_configure_text(
        w, arena_format(&w->arena,
                        "[account shop]\nsystem = afterbuy\nurl = %s\ntimeout = 1s\n"
                        "partner_token = demo-partner-token\naccount_token = demo-account-token\n"
                        "[account parcels]\nsystem = sendcloud\nurl = %s\ntimeout = 1s\napi = %s\n"
                        "public_key = demo-public\nsecret_key = demo-secret\nintegration = 7\n"
                        "[route shop-parcels]\nfrom = shop\nto = parcels\n",
                        shop_url ? shop_url : here, parcels_url ? parcels_url : here, w->api));
}

static void assert_failed(struct world *w, const char *account, const char *why, int code)
{
    assert_int_equal(code, 2);
    assert_told(w, arena_format(&w->arena, "account %s: ", account));
    assert_told(w, why);
    assert_told(w, "tagwerk doctor");
    assert_not_told(w, "demo-");
    assert_int_equal(world_count(w, "sendcloud.writes"), 0);
}

static void comes_home(struct world *w, int64_t late_s)
{
    world_pass(w, late_s);
    configure(w, NULL, NULL);
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (int64_t order = 560000001; order <= 560000003; order++)
        assert_int_equal(pushes(w, arena_format(&w->arena, "%lld", (long long)order)), 1);
    world_assert_balanced(w);
    world_assert_quiet(w);
}

/* REQ-Z5: nothing is lost, however long it takes. */
static void play(struct world *w, const char *url, const char *why, const char *environment)
{
    shop_sells(w, 560000001, 3, "");
    configure(w, url, NULL);
    assert_failed(w, "shop", why, world_run_with(w, environment, "run", NULL));
    assert_int_equal(world_count(w, "afterbuy.calls"), 0);
    configure(w, NULL, url);
    assert_failed(w, "parcels", why, world_run_with(w, environment, "run", NULL));
    assert_int_equal(world_summary(w, TODAY, "orders", "waiting"), 3);
    comes_home(w, 3 * DAY);
}

static void a_port_where_nobody_listens(void **state)
{
    struct world *w = *state;
    unsigned port;
    int fd = bound(&port);

    play(w, arena_format(&w->arena, "http://127.0.0.1:%u", port), "127.0.0.1:", NULL);
    (void)close(fd);
}

/* A label of more than 63 letters is no name anywhere: no name server need be asked. */
static void a_host_that_does_not_resolve(void **state)
{
    play(
        *state,
        "http://api.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid",
        "Could not resolve host", NULL);
}

/* A listener that accepts nobody and whose queue is full. */
static void a_connection_that_is_never_made(void **state)
{
    struct world *w = *state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned port;
    int fd = bound(&port), queued[4];

    at.sin_port = htons((uint16_t)port);
    assert_int_equal(listen(fd, 0), 0);
    for (size_t i = 0; i < ARRAY_LEN(queued); i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(queued[i], (const struct sockaddr *)(const void *)&at, sizeof at);
    }
    play(w, arena_format(&w->arena, "http://127.0.0.1:%u", port), "timed out", NULL);
    for (size_t i = 0; i < ARRAY_LEN(queued); i++)
        (void)close(queued[i]);
    (void)close(fd);
}

static void a_port_that_speaks_no_tls(void **state)
{
    struct world *w = *state;

    play(w, arena_format(&w->arena, "https://127.0.0.1:%u", w->port), "SSL", NULL);
}

static void a_certificate_that_nobody_vouches_for(void **state)
{
    struct world *w = *state;
    unsigned port = 0;
    struct MHD_Daemon *daemon = self_signed(&port);

    if (!daemon) {
        print_message("SKIPPED: libmicrohttpd was built without TLS\n");
        skip();
    }
    play(w, arena_format(&w->arena, "https://127.0.0.1:%u", port), "SSL certificate problem", NULL);
    MHD_stop_daemon(daemon);
}

/* It is the environment's word, as with every program that asks the web. */
static void a_proxy_that_is_not_there(void **state)
{
    struct world *w = *state;
    unsigned port;
    int fd = bound(&port);

    shop_sells(w, 560000001, 3, "");
    configure(w, NULL, NULL);
    assert_failed(w, "shop", "127.0.0.1:",
                  world_run_with(w, arena_format(&w->arena, "http_proxy=http://127.0.0.1:%u", port),
                                 "run", NULL));
    assert_int_equal(world_count(w, "calls"), 0);
    comes_home(w, 60);
    (void)close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_V2(a_port_where_nobody_listens),           WITH_V2(a_host_that_does_not_resolve),
        WITH_V2(a_connection_that_is_never_made),       WITH_V2(a_port_that_speaks_no_tls),
        WITH_V2(a_certificate_that_nobody_vouches_for), WITH_V2(a_proxy_that_is_not_there),
    };

    return cmocka_run_group_tests_name("connect", tests, NULL, NULL);
}
