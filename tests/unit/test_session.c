#include "harness/harness.h"

#include "connector/session.h"
#include "core/clock.h"
#include "core/gate.h"
#include "core/text.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a far side that says what it is told, in turn: one request per connection ---- */

#define REQUESTS_MAX 64

struct heard {
    char text[1024];
    int64_t at_ms; /* in the world's time */
};

static struct far_side {
    int listener;
    pthread_t thread;
    char url[64];
    struct buf answers[REQUESTS_MAX]; /* empty: the connection is closed without a word */
    size_t answers_len;               /* the last one goes on and on */
    unsigned together;                /* so many requests are heard before any is answered */
    bool crowded;                     /* one more was there */
    int64_t takes_ms;                 /* of the world's time, to hear a request */
    bool silent;                      /* hears, and says nothing until it is closed */
    struct heard heard[REQUESTS_MAX];
    _Atomic size_t heard_len;
} far;

static bool is_whole(const struct buf *request)
{
    const char *blank = strstr(buf_str(request), "\r\n\r\n");
    const char *length = strstr(buf_str(request), "Content-Length: ");
    size_t body = length && length < blank ? (size_t)strtoul(length + 16, NULL, 10) : 0;

    return blank && (size_t)(blank - request->data) + 4 + body <= request->len;
}

static void hear(int from)
{
    AUTO(buf_done) struct buf request = {0};
    struct heard *heard = &far.heard[far.heard_len % REQUESTS_MAX];
    char piece[4096];
    ssize_t got;

    while (!is_whole(&request) && (got = recv(from, piece, sizeof piece, 0)) > 0)
        buf_put(&request, piece, (size_t)got);
    (void)snprintf(heard->text, sizeof heard->text, "%.1000s", buf_str(&request));
    heard->at_ms = clock_ms();
    clock_sleep_ms(far.takes_ms);
    far.heard_len++;
}

static void answer(int to, size_t number)
{
    const struct buf *reply = &far.answers[number < far.answers_len ? number : far.answers_len - 1];

    if (reply->len)
        (void)!send(to, reply->data, reply->len, MSG_NOSIGNAL);
    (void)shutdown(to, SHUT_RDWR);
    (void)close(to);
}

static bool someone_waits(void)
{
    struct pollfd at = {.fd = far.listener, .events = POLLIN};

    return poll(&at, 1, 0) > 0;
}

static void *play(void *nothing)
{
    int with[8] = {0};

    for (;;) {
        size_t first = far.heard_len, count = 0;

        while (count < far.together) {
            with[count] = accept(far.listener, NULL, NULL);
            if (with[count] < 0)
                return nothing;
            hear(with[count++]);
        }
        far.crowded = far.crowded || someone_waits();
        if (far.silent)
            (void)!recv(with[0], (char[1]){0}, 1, 0);
        while (count--) /* the last one first */
            answer(with[count], first + count);
    }
}

/* Adds an answer; NULL: none at all. */
static void say_bytes(const char *head, const void *body, size_t len)
{
    struct buf *reply = &far.answers[far.answers_len++];

    buf_format(reply, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", head, len);
    buf_put(reply, body, len);
}

static void say(const char *head, const char *body)
{
    say_bytes(head, body, strlen(body));
}

static void say_half(void)
{
    buf_text(&far.answers[far.answers_len++],
             "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":");
}

static void say_nothing(void)
{
    far.answers_len++;
}

/* ---- an account at it ---- */

static const struct option options[] = {
    {.name = "in_flight", .type = OPTION_INT, .help = "", .min = 1, .max = 16},
    {.name = "pace", .type = OPTION_INT, .help = ""},
    {.name = "timeout", .type = OPTION_SPAN, .help = ""},
    {.name = "token", .type = OPTION_SECRET, .help = ""},
    {.name = "key", .type = OPTION_SECRET, .help = ""},
    {.name = "unset", .type = OPTION_SECRET, .help = ""},
    {0},
};

static bool sign(const struct account *account, struct request *request, struct err *err)
{
    if (!account->url)
        return err_set(err, ERR_RECORD, "the token %s is of no use",
                       settings_text(&account->settings, "token"));
    request_header(request, "X-Token", settings_text(&account->settings, "token"));
    return true;
}

static struct connector connector;
static const char *values[ARRAY_LEN(options)];
static struct account account;
static struct session session;

#define TRIALS_MAX 16
static struct exchange trials[TRIALS_MAX];

static int listen_on_a_free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    far.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (far.listener < 0 || bind(far.listener, (const struct sockaddr *)&at, sizeof at) != 0 ||
        getsockname(far.listener, (struct sockaddr *)&at, &len) != 0)
        return -1;
    (void)snprintf(far.url, sizeof far.url, "http://127.0.0.1:%u", ntohs(at.sin_port));
    return listen(far.listener, REQUESTS_MAX);
}

static int begin(void **state)
{
    struct err err;

    (void)state;
    far = (struct far_side){.together = 1};
    if (listen_on_a_free_port() != 0 || pthread_create(&far.thread, NULL, play, NULL) != 0)
        return -1;
    memcpy(values, (const char *[]){NULL, NULL, NULL, "s3cret", "s3cret-long", NULL, NULL},
           sizeof values);
    connector = (struct connector){
        .name = "fake",
        .limits = {.in_flight = 4, .timeout_ms = 20000, .body_max = (size_t)1 << 20},
        .sign = sign};
    account = (struct account){.name = "shop",
                               .connector = &connector,
                               .settings = {.name = "shop", .options = options, .values = values},
                               .url = far.url};
    return session_open(&session, &account, &err) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    for (size_t i = 0; i < TRIALS_MAX; i++)
        exchange_done(&session, &trials[i]);
    memset(trials, 0, sizeof trials);
    session_close(&session);
    session_close(&session); /* fine on a closed one */
    (void)shutdown(far.listener, SHUT_RDWR);
    if (pthread_join(far.thread, NULL) != 0)
        return -1;
    for (size_t i = 0; i < far.answers_len; i++)
        buf_done(&far.answers[i]);
    return close(far.listener);
}

/* The world all tests live in; time passes only where somebody sleeps. */
static int begin_world(void **state)
{
    static const int64_t now_ms = INT64_C(1717398764000); /* 2024-06-03T07:12:44Z */
    char path[] = "/tmp/tagwerk-clock-XXXXXX";
    int fd = mkstemp(path);
    struct err err;
    bool good;

    (void)state;
    good = fd >= 0 && write(fd, &now_ms, sizeof now_ms) == sizeof now_ms &&
           setenv("TAGWERK_CLOCK", path, 1) == 0 && clock_open(&err);
    (void)close(fd);
    return good && unlink(path) == 0 ? 0 : -1;
}

static struct exchange *prepare(size_t number, bool changes)
{
    struct exchange *exchange = &trials[number];
    char path[32];

    exchange_begin(exchange);
    (void)snprintf(path, sizeof path, "/orders/%zu", number);
    request_begin(&exchange->request, changes ? HTTP_POST : HTTP_GET,
                  changes ? "POST /orders" : "GET /orders", &account, path);
    exchange->request.changes = changes;
    if (changes)
        buf_text(&exchange->request.body, "{\"order\":1}");
    return exchange;
}

/* One exchange from start to end. */
static struct exchange *ask(bool changes)
{
    struct exchange *exchange = prepare(0, changes);

    session_start(&session, exchange);
    assert_ptr_equal(session_finish(&session), exchange);
    assert_int_equal(session.under_way, 0);
    return exchange;
}

static void assert_ended(const struct exchange *exchange, enum fate fate, unsigned tries)
{
    if (exchange->fate != fate)
        fail_msg("fate %d, not %d: %s", (int)exchange->fate, (int)fate, exchange->err.text);
    assert_int_equal(exchange->tries, tries);
    assert_int_equal(far.heard_len, tries);
}

static int64_t gap_ms(size_t number)
{
    return far.heard[number].at_ms - far.heard[number - 1].at_ms;
}

/* ---- what is asked and what is answered ---- */

static void an_answer_is_parsed_and_judged(void **state)
{
    const struct exchange *exchange;

    (void)state;
    say("200 OK", "{\"orders\":[{\"id\":\"4711\"}]}");
    exchange = ask(false);
    assert_ended(exchange, FATE_ANSWERED, 1);
    assert_int_equal(exchange->err.kind, ERR_NONE);
    assert_int_equal(exchange->response.status, 200);
    assert_int_equal(exchange->response.body_len, strlen(exchange->response.body));
    assert_string_equal(
        node_text(node_first(node_at(exchange->response.root, "orders"), NULL), "id"), "4711");
    assert_int_equal(session.calls, 1);
    assert_int_equal(session.writes, 0);
    assert_int_equal(session.retries, 0);
    assert_int_equal(session.bytes_in, exchange->response.body_len);
}

static void a_request_is_signed_once_and_asks_for_gzip(void **state)
{
    (void)state;
    say("503 Busy", "");
    say("200 OK", "{}");
    assert_ended(ask(false), FATE_ANSWERED, 2);
    for (size_t i = 0; i < 2; i++) {
        const char *text = far.heard[i].text;
        const char *token = strstr(text, "X-Token: s3cret\r\n");
        const char *gzip = strstr(text, "Accept-Encoding: gzip\r\n");

        assert_int_equal(strncmp(text, "GET /orders/0 HTTP/1.1\r\n", 24), 0);
        assert_true(token && !strstr(token + 1, "X-Token"));
        assert_true(gzip && !strstr(gzip + 1, "Accept-Encoding"));
    }
}

static void a_change_is_counted_as_a_write_and_carries_its_body(void **state)
{
    (void)state;
    say("201 Created", "{}");
    assert_ended(ask(true), FATE_ANSWERED, 1);
    assert_int_equal(session.writes, 1);
    assert_non_null(strstr(far.heard[0].text, "POST /orders/0 "));
    assert_non_null(strstr(far.heard[0].text, "\r\n\r\n{\"order\":1}"));
}

static void xml_is_parsed_where_the_connector_speaks_it(void **state)
{
    (void)state;
    connector.format = FORMAT_XML;
    say("200 OK", "<Afterbuy><CallStatus>Success</CallStatus></Afterbuy>");
    assert_string_equal(node_text(ask(false)->response.root, "CallStatus"), "Success");
    say("200 OK", "{}");
    assert_int_equal(ask(true)->fate, FATE_LOST);
    assert_says(trials[0].err, ERR_RETRY, "not XML");
}

static void an_empty_answer_has_no_root(void **state)
{
    const struct exchange *exchange;

    (void)state;
    say("204 No Content", "");
    exchange = ask(true);
    assert_ended(exchange, FATE_ANSWERED, 1);
    assert_null(exchange->response.root);
    assert_string_equal(exchange->response.body, "");
}

static void say_gzip(const char *body, size_t cut)
{
    AUTO(buf_done) struct buf packed = {0};
    struct gz_out out;

    gz_out_init(&out, 1);
    gz_out_put(&out, body, strlen(body), &packed);
    gz_out_member_end(&out, &packed);
    gz_out_done(&out);
    say_bytes("200 OK\r\nContent-Encoding: gzip", packed.data, packed.len - cut);
}

static void gzip_is_inflated(void **state)
{
    const struct exchange *exchange;

    (void)state;
    say_gzip("{\"id\":\"1\"}", 0);
    exchange = ask(false);
    assert_ended(exchange, FATE_ANSWERED, 1);
    assert_string_equal(exchange->response.body, "{\"id\":\"1\"}");
    assert_string_equal(node_text(exchange->response.root, "id"), "1");
    assert_true(exchange->call.answer_is_gzip); /* and stays as it came, for staging */
}

static void damaged_gzip_is_asked_for_again_but_never_sent_again(void **state)
{
    (void)state;
    say_gzip("{\"id\":\"1\"}", 5);
    say_gzip("{\"id\":\"2\"}", 0);
    say_gzip("{\"id\":\"3\"}", 5);
    assert_ended(ask(false), FATE_ANSWERED, 2);
    assert_string_equal(node_text(trials[0].response.root, "id"), "2");
    assert_int_equal(ask(true)->fate, FATE_LOST);
    assert_int_equal(trials[0].tries, 1);
    assert_says(trials[0].err, ERR_RETRY, "gzip");
}

static void a_bomb_is_stopped_at_the_connectors_ceiling(void **state)
{
    AUTO(buf_done) struct buf large = {0};

    (void)state;
    connector.limits.body_max = 1000;
    while (large.len < 2000)
        buf_text(&large, "          ");
    say_gzip(buf_str(&large), 0);
    assert_int_equal(ask(true)->fate, FATE_LOST);
    assert_says(trials[0].err, ERR_RETRY, "1000 bytes");
}

/* ---- too many requests ---- */

static void a_429_is_waited_out_and_repeated_a_change_too(void **state)
{
    (void)state;
    for (int changes = 0; changes < 2; changes++) {
        say("429 Too Many Requests", "");
        say("200 OK", "{}");
        assert_int_equal(ask(changes)->fate, FATE_ANSWERED);
        assert_int_equal(trials[0].tries, 2);
        assert_in_range(gap_ms(far.heard_len - 1), 2000, 2500);
    }
    assert_int_equal(session.retries, 2);
    assert_int_equal(session.waited_ms, gap_ms(1) + gap_ms(3));
    assert_int_equal(session.writes, 2);
}

static void retry_after_in_seconds_is_obeyed_exactly(void **state)
{
    (void)state;
    say("429 Slow down\r\nRetry-After: 7", "");
    say("503 Busy\r\nRetry-After: 300", "");
    say("200 OK", "{}");
    assert_ended(ask(false), FATE_ANSWERED, 3);
    assert_int_equal(gap_ms(1), 7000);
    assert_int_equal(gap_ms(2), 300000);
}

static void retry_after_as_a_date_is_obeyed(void **state)
{
    int64_t utc = clock_utc() + 90;
    struct civil at = civil_from_seconds(utc);
    char head[96];

    (void)state;
    (void)snprintf(head, sizeof head, "429 Slow\r\nRetry-After: %02d Jun %04d %02d:%02d:%02d GMT",
                   at.day, at.year, at.hour, at.minute, at.second);
    assert_int_equal(at.month, 6);
    say(head, "");
    say("200 OK", "{}");
    assert_ended(ask(false), FATE_ANSWERED, 2);
    assert_true(far.heard[1].at_ms / 1000 >= utc);
    assert_in_range(gap_ms(1), 89000, 90000);
}

static void a_retry_after_that_says_nothing_falls_back_to_our_own_pace(void **state)
{
    static const char *const heads[] = {
        "429 Slow\r\nRetry-After: 0",
        "429 Slow\r\nRetry-After: soon",
        "429 Slow\r\nRetry-After: -5",
        "429 Slow\r\nRetry-After: Mon, 03 Jun 2019 07:12:44 GMT",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        say(heads[i], "");
        say("200 OK", "{}");
        assert_int_equal(ask(false)->fate, FATE_ANSWERED);
        assert_in_range(gap_ms(far.heard_len - 1), 2000, 2500);
    }
}

static void who_asks_us_to_wait_an_hour_is_left_for_the_next_run(void **state)
{
    static const char *const heads[] = {"429 Slow\r\nRetry-After: 3600",
                                        "429 Slow\r\nRetry-After: 301",
                                        "429 Slow\r\nRetry-After: 999999999999999999999999"};

    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        int64_t before_ms = clock_ms();

        if (i && (end(state) != 0 || begin(state) != 0))
            fail();
        say(heads[i], "");
        assert_ended(ask(true), FATE_DOWN, 1);
        assert_says(trials[0].err, ERR_SYSTEM, "asks to wait");
        assert_says(trials[0].err, ERR_SYSTEM, "account shop");
        assert_int_equal(clock_ms(), before_ms);
        assert_true(session.down);
    }
}

static void a_429_that_never_ends_is_given_up(void **state)
{
    (void)state;
    say("429 Slow\r\nRetry-After: 1", "");
    assert_ended(ask(true), FATE_DOWN, 5);
    assert_says(trials[0].err, ERR_SYSTEM, "account shop: POST /orders, tried 5 times");
    assert_says(trials[0].err, ERR_SYSTEM, "429");
}

/* Who was told to wait does not go on asking with the next request. */
static void a_429_holds_back_the_others_of_its_kind_too(void **state)
{
    int64_t begun_ms = clock_ms();

    (void)state;
    session.in_flight = 1;
    say("429 Slow\r\nRetry-After: 30", "");
    say("200 OK", "{}");
    session_start(&session, prepare(0, true));
    session_start(&session, prepare(1, true));
    session_start(&session, prepare(2, false));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(session_finish(&session)->fate, FATE_ANSWERED);
    assert_int_equal(far.heard_len, 4);
    for (size_t i = 1; i < 4; i++) {
        bool read = strncmp(far.heard[i].text, "GET ", 4) == 0;

        assert_int_equal(far.heard[i].at_ms - begun_ms, read ? 0 : 30000);
    }
}

/* ---- trouble ---- */

static void server_trouble_is_asked_again_with_growing_waits_and_then_given_up(void **state)
{
    (void)state;
    say("500 Oh no", "<html>Oh no</html>");
    assert_ended(ask(false), FATE_DOWN, 5);
    assert_in_range(gap_ms(1), 2000, 2499);
    assert_in_range(gap_ms(2), 4000, 4999);
    assert_in_range(gap_ms(3), 8000, 9999);
    assert_in_range(gap_ms(4), 16000, 19999);
    assert_says(trials[0].err, ERR_SYSTEM,
                "account shop: GET /orders, tried 5 times: server trouble (500)");
    assert_int_equal(session.retries, 4);
    assert_true(session.down);
}

static void passing_trouble_is_forgotten(void **state)
{
    (void)state;
    say("502 Bad Gateway", "");
    say_nothing();
    say_half();
    say("200 OK", "{\"id\":\"1\"}");
    assert_ended(ask(false), FATE_ANSWERED, 4);
    assert_int_equal(trials[0].err.kind, ERR_NONE);
    assert_string_equal(trials[0].err.text, "");
    assert_false(session.down);
}

/* REQ-Z4 */
static void a_change_whose_outcome_is_unknown_is_lost_and_not_repeated(void **state)
{
    (void)state;
    say("500 Oh no", "{}");
    say("504 Gateway Timeout\r\nRetry-After: 1", "{}");
    say_half();
    say_nothing();
    say("200 OK", "<!DOCTYPE html><html>Maintenance</html>");
    say("200 OK", "{\"half\":");
    for (unsigned i = 1; i <= 6; i++) {
        assert_int_equal(ask(true)->fate, FATE_LOST);
        assert_int_equal(trials[0].err.kind, ERR_RETRY);
        assert_true(*trials[0].err.text);
        assert_int_equal(trials[0].tries, 1);
        assert_int_equal(far.heard_len, i);
    }
    assert_false(session.down);
    assert_int_equal(session.retries, 0);
}

static void a_web_page_where_data_should_be_is_asked_again(void **state)
{
    (void)state;
    say("200 OK", "<html><body>Please log in</body></html>");
    say("200 OK", "{}");
    assert_ended(ask(false), FATE_ANSWERED, 2);
}

static void a_web_page_for_ever_is_given_up(void **state)
{
    (void)state;
    say("200 OK", "<html><body>Please log in</body></html>");
    assert_ended(ask(false), FATE_DOWN, 5);
    assert_says(trials[0].err, ERR_SYSTEM, "status 200, but the body is not JSON");
}

/* Nothing can have been done, so a change may be tried again. */
static void what_reached_nobody_is_tried_again_a_change_too(void **state)
{
    int64_t begun_ms = clock_ms();
    int closed = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    (void)state;
    assert_int_equal(bind(closed, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(closed, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(far.url, sizeof far.url, "http://127.0.0.1:%u", ntohs(at.sin_port));
    assert_int_equal(ask(true)->fate, FATE_DOWN);
    assert_int_equal(trials[0].tries, 5);
    assert_int_equal(session.retries, 4);
    assert_in_range(clock_ms() - begun_ms, 30000, 37500);
    assert_says(trials[0].err, ERR_SYSTEM, "127.0.0.1:");
    (void)close(closed);
}

static void silence_is_lost_for_a_change(void **state)
{
    (void)state;
    far.silent = true;
    say_nothing();
    connector.limits.timeout_ms = 50;
    assert_ended(ask(true), FATE_LOST, 1);
}

/* ---- judging ---- */

static void credentials_that_are_refused_end_the_account_for_this_run(void **state)
{
    (void)state;
    say("401 Unauthorized", "{\"message\":\"no\"}");
    assert_ended(ask(true), FATE_DOWN, 1);
    assert_says(trials[0].err, ERR_SYSTEM, "account shop: POST /orders");
    assert_says(trials[0].err, ERR_SYSTEM, "401");
    assert_true(session.down);
}

static void a_refusal_is_the_requests_own_and_the_session_goes_on(void **state)
{
    (void)state;
    say("422 Unprocessable", "{\"message\":\"postcode\"}");
    say("400 Bad Request", "<html>");
    say("200 OK", "{}");
    assert_ended(ask(true), FATE_REFUSED, 1);
    assert_says(trials[0].err, ERR_RECORD, "422");
    assert_string_equal(node_text(trials[0].response.root, "message"), "postcode");
    assert_int_equal(ask(false)->fate, FATE_REFUSED);
    assert_null(trials[0].response.root);
    assert_int_equal(ask(true)->fate, FATE_ANSWERED);
}

static enum err_kind judge_by_word(const struct account *of, const struct request *request,
                                   const struct response *response, struct err *err)
{
    static const struct {
        const char *word;
        enum err_kind kind;
    } words[] = {{"good", ERR_NONE},
                 {"later", ERR_RETRY},
                 {"bad", ERR_RECORD},
                 {"useless", ERR_SYSTEM},
                 {"misconfigured", ERR_SETUP}};
    const char *word = node_text(response->root, "word");

    (void)of;
    (void)request;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!text_same(words[i].word, word))
            continue;
        (void)err_set(err, words[i].kind, "it says: %s", word);
        return words[i].kind;
    }
    return ERR_STORE;
}

static void the_connectors_own_judge_decides(void **state)
{
    (void)state;
    connector.judge = judge_by_word;
    say("404 Not Found", "{\"word\":\"good\"}");
    say("200 OK", "{\"word\":\"later\"}");
    say("200 OK", "{\"word\":\"good\"}");
    say("200 OK", "{\"word\":\"bad\"}");
    say("200 OK", "{\"word\":\"useless\"}");
    assert_ended(ask(false), FATE_ANSWERED, 1);
    assert_int_equal(trials[0].err.kind, ERR_NONE);
    assert_int_equal(ask(true)->fate, FATE_ANSWERED);
    assert_int_equal(trials[0].tries, 2);
    assert_int_equal(ask(true)->fate, FATE_REFUSED);
    assert_says(trials[0].err, ERR_RECORD, "it says: bad");
    assert_int_equal(ask(true)->fate, FATE_DOWN);
    assert_says(trials[0].err, ERR_SYSTEM, "it says: useless");
}

static void a_wrong_setup_found_on_the_way_ends_the_account(void **state)
{
    (void)state;
    connector.judge = judge_by_word;
    say("200 OK", "{\"word\":\"misconfigured\"}");
    assert_ended(ask(true), FATE_DOWN, 1);
    assert_says(trials[0].err, ERR_SYSTEM, "it says: misconfigured");
}

static void what_cannot_be_signed_is_never_sent(void **state)
{
    (void)state;
    (void)prepare(0, true);
    account.url = NULL;
    session_start(&session, &trials[0]);
    assert_ptr_equal(session_finish(&session), &trials[0]);
    assert_ended(&trials[0], FATE_REFUSED, 0);
    assert_says(trials[0].err, ERR_RECORD, "the token *** is of no use");
    assert_int_equal(session.calls, 0);
}

static void a_request_that_was_cut_is_never_sent(void **state)
{
    (void)state;
    (void)prepare(0, true);
    trials[0].request.body.max = 20;
    buf_text(&trials[0].request.body, "more than there is room for");
    session_start(&session, &trials[0]);
    assert_ptr_equal(session_finish(&session), &trials[0]);
    assert_ended(&trials[0], FATE_REFUSED, 0);
    assert_says(trials[0].err, ERR_RECORD, "larger than 20 bytes");
}

/* ---- limits ---- */

static void run_all(size_t count, bool changes)
{
    for (size_t i = 0; i < count; i++)
        session_start(&session, prepare(i, changes));
    for (size_t i = 0; i < count; i++) {
        struct exchange *exchange = session_finish(&session);

        assert_non_null(exchange);
        assert_int_equal(exchange->fate, FATE_ANSWERED);
    }
    assert_null(session_finish(&session));
}

static void assert_never_more_than(size_t most, int64_t span_ms)
{
    for (size_t i = most; i < far.heard_len; i++)
        assert_true(far.heard[i].at_ms - far.heard[i - most].at_ms >= span_ms);
}

static void calls_a_minute_are_kept_exactly_in_a_sliding_window(void **state)
{
    (void)state;
    say("200 OK", "{}");
    connector.limits.paces[0] = (struct pace){PACE_READS, 5, 60000};
    run_all(2, false);
    clock_sleep_ms(30000); /* two in the first half of a minute */
    run_all(14, false);
    assert_never_more_than(5, 60000);
    assert_int_equal(far.heard[4].at_ms, far.heard[2].at_ms); /* three more at once */
    assert_int_equal(far.heard[5].at_ms - far.heard[0].at_ms,
                     60250); /* and no longer than needed */
    assert_int_equal(far.heard[6].at_ms, far.heard[5].at_ms);
    assert_int_equal(far.heard[7].at_ms - far.heard[2].at_ms, 60250);
    assert_true(session.waited_ms > 0);
}

static void calls_a_second_are_kept_beside_those_a_minute(void **state)
{
    (void)state;
    say("200 OK", "{}");
    connector.limits.paces[0] = (struct pace){PACE_WRITES, 10, 60000};
    connector.limits.paces[1] = (struct pace){PACE_WRITES, 3, 1000};
    run_all(12, true);
    assert_never_more_than(3, 1000);
    assert_never_more_than(10, 60000);
    assert_int_equal(far.heard[3].at_ms - far.heard[0].at_ms, 1050);
    assert_int_equal(far.heard[10].at_ms - far.heard[0].at_ms, 60250);
}

static void reads_and_writes_have_windows_of_their_own(void **state)
{
    int64_t before_ms = clock_ms();

    (void)state;
    say("200 OK", "{}");
    connector.limits.paces[0] = (struct pace){PACE_READS, 2, 60000};
    connector.limits.paces[1] = (struct pace){PACE_WRITES, 3, 60000};
    run_all(2, false);
    run_all(3, true);
    assert_int_equal(clock_ms(), before_ms);
    run_all(1, false);
    assert_int_equal(clock_ms() - before_ms, 60250);
}

static void an_endpoint_may_have_a_pace_of_its_own_beside_one_for_all(void **state)
{
    int64_t before_ms = clock_ms();

    (void)state;
    say("200 OK", "{}");
    connector.limits.paces[0] = (struct pace){PACE_CALL, 2, 1000};
    connector.limits.paces[1] = (struct pace){PACE_ALL, 5, 1000};
    for (size_t i = 0; i < 6; i++) {
        struct exchange *exchange = prepare(i, i % 2 != 0);

        exchange->request.call = i < 4 ? (i < 2 ? "one" : "two") : "three";
        session_start(&session, exchange);
    }
    for (size_t i = 0; i < 6; i++)
        assert_non_null(session_finish(&session));
    assert_int_equal(far.heard[4].at_ms, before_ms); /* no endpoint had more than two */
    assert_int_equal(far.heard[5].at_ms - before_ms, 1050);
    session_start(&session, prepare(6, false));
    trials[6].request.call = "four";
    assert_non_null(session_finish(&session));
    assert_int_equal(clock_ms() - before_ms, 1050); /* nobody has asked for that one yet */
}

static void the_account_may_scale_the_paces_or_do_without(void **state)
{
    int64_t before_ms = clock_ms();
    struct err err;

    (void)state;
    say("200 OK", "{}");
    connector.limits.paces[0] = (struct pace){PACE_READS, 4, 60000};
    session_close(&session);
    values[1] = "50"; /* pace */
    assert_true(session_open(&session, &account, &err));
    run_all(2, false);
    assert_int_equal(clock_ms(), before_ms);
    run_all(1, false);
    assert_int_equal(clock_ms() - before_ms, 60250);
    session_close(&session);
    values[1] = "1"; /* never less than one */
    assert_true(session_open(&session, &account, &err));
    run_all(1, false);
    assert_int_equal(clock_ms() - before_ms, 60250);
    session_close(&session);
    values[1] = "0";
    assert_true(session_open(&session, &account, &err));
    run_all(12, false);
    assert_int_equal(clock_ms() - before_ms, 60250);
}

static void repetitions_count_for_the_pace_too(void **state)
{
    (void)state;
    say("429 Slow\r\nRetry-After: 1", "");
    say("200 OK", "{}");
    connector.limits.paces[0] = (struct pace){PACE_READS, 1, 60000};
    assert_ended(ask(false), FATE_ANSWERED, 2);
    assert_int_equal(gap_ms(1), 60250);
}

static void no_more_are_under_way_than_may_be_and_they_finish_in_any_order(void **state)
{
    bool seen[6] = {false};

    (void)state;
    session.in_flight = 3;
    far.together = 3;
    say("200 OK", "{}");
    for (size_t i = 0; i < 6; i++) {
        trials[i].owner = &seen[i];
        session_start(&session, prepare(i, false));
        assert_int_equal(session.under_way, i < 3 ? i + 1 : 3);
    }
    for (size_t i = 0; i < 6; i++) {
        const struct exchange *exchange = session_finish(&session);

        assert_non_null(exchange);
        assert_int_equal(exchange->fate, FATE_ANSWERED);
        assert_true(session.under_way <= 3);
        assert_false(*(bool *)exchange->owner);
        *(bool *)exchange->owner = true;
    }
    assert_null(session_finish(&session));
    assert_false(far.crowded);
}

/* The far side answers neither before it has heard both. */
static void a_call_leaves_when_its_time_has_come_though_another_is_still_under_way(void **state)
{
    (void)state;
    connector.limits.paces[0] = (struct pace){PACE_READS, 1, 1000};
    far.together = 2;
    far.takes_ms = 10;
    say("200 OK", "{}");
    session_start(&session, prepare(0, false));
    clock_sleep_ms(1045);
    session_start(&session, prepare(1, false));
    assert_int_equal(session.under_way, 1);
    assert_non_null(session_finish(&session));
    assert_non_null(session_finish(&session));
    assert_int_equal(far.heard_len, 2);
    assert_int_equal(session.waited_ms, 0); /* the time passed elsewhere */
}

/* Nothing is read meanwhile: the answer waits until it is asked for. */
static void who_is_busy_lets_the_next_call_leave(void **state)
{
    (void)state;
    say("200 OK", "{}");
    session.in_flight = 1;
    session_start(&session, prepare(0, false));
    session_start(&session, prepare(1, false));
    while (far.heard_len < 2)
        session_tend(&session);
    assert_null(session.waiting);
    assert_ptr_equal(session.arrived, &trials[0]);
    assert_null(session.finished);
    assert_ptr_equal(session_finish(&session), &trials[0]);
    assert_ptr_equal(session_finish(&session), &trials[1]);
    session_tend(&session); /* with nothing under way: nothing */
    assert_null(session_finish(&session));
}

static void the_accounts_options_override_the_connectors_limits(void **state)
{
    struct err err;

    (void)state;
    assert_int_equal(session.in_flight, 4);
    session_close(&session);
    values[0] = "2";  /* in_flight */
    values[2] = "7s"; /* timeout */
    assert_true(session_open(&session, &account, &err));
    assert_int_equal(session.in_flight, 2);
    say("200 OK", "{}");
    assert_int_equal(ask(false)->call.timeout_ms, 7000);
}

/* ---- a session that is down ---- */

static void a_session_that_is_down_fails_the_rest_at_once(void **state)
{
    int64_t before_ms = clock_ms();

    (void)state;
    session.in_flight = 1;
    say("403 Forbidden", "{}");
    for (size_t i = 0; i < 5; i++)
        session_start(&session, prepare(i, true));
    for (size_t i = 0; i < 5; i++) {
        const struct exchange *exchange = session_finish(&session);

        assert_non_null(exchange);
        assert_int_equal(exchange->fate, FATE_DOWN);
        assert_says(exchange->err, ERR_SYSTEM, "403");
    }
    assert_int_equal(far.heard_len, 1);
    assert_int_equal(clock_ms(), before_ms);
    assert_int_equal(ask(false)->fate, FATE_DOWN);
    assert_int_equal(far.heard_len, 1);
}

/* What was on its way when another request brought the account down is still heard. */
static void what_is_under_way_is_heard_out(void **state)
{
    unsigned answered = 0, down = 0;

    (void)state;
    far.together = 2;
    say("401 Unauthorized", "{}");
    say("200 OK", "{}");
    for (size_t i = 0; i < 2; i++)
        session_start(&session, prepare(i, true));
    for (size_t i = 0; i < 2; i++) {
        const struct exchange *exchange = session_finish(&session);

        answered += exchange->fate == FATE_ANSWERED;
        down += exchange->fate == FATE_DOWN;
    }
    assert_int_equal(answered, 1);
    assert_int_equal(down, 1);
}

/* ---- secrets ---- */

static enum err_kind judge_by_echo(const struct account *of, const struct request *request,
                                   const struct response *response, struct err *err)
{
    (void)of;
    (void)request;
    (void)err_set(err, ERR_RECORD, "it says: %s", node_text(response->root, "word"));
    return text_starts_nocase(node_text(response->root, "word"), "down") ? ERR_SYSTEM : ERR_RECORD;
}

/* REQ-A8 */
static void a_secret_that_is_echoed_never_gets_into_a_text(void **state)
{
    (void)state;
    connector.judge = judge_by_echo;
    say("400 Bad", "{\"word\":\"bad s3cret, s3cret-long!\"}");
    say("400 Bad", "{\"word\":\"down: s3cret\"}");
    assert_int_equal(ask(true)->fate, FATE_REFUSED);
    assert_string_equal(trials[0].err.text, "it says: bad ***, ***!");
    assert_int_equal(ask(true)->fate, FATE_DOWN);
    assert_null(strstr(trials[0].err.text, "s3cret"));
    assert_null(strstr(session.down_err.text, "s3cret"));
}

static const char *redacted(const char *text, size_t max)
{
    static struct buf out;

    buf_reset(&out);
    buf_text(&out, "> ");
    session_redact(&account, text, max, &out);
    return arena_text(&session.arena, buf_str(&out));
}

static void redacting_cuts_at_characters_and_blanks_controls(void **state)
{
    (void)state;
    assert_string_equal(redacted("a\nb\x1B[31m\x7F", 100), "> a b [31m ");
    assert_string_equal(redacted("Köln", 2), "> K");
    assert_string_equal(redacted("Köln", 3), "> Kö");
    assert_string_equal(redacted("Köln", 0), "> ");
    assert_string_equal(redacted(NULL, 10), "> ");
    assert_string_equal(redacted("", 10), "> ");
    assert_string_equal(redacted("K\xF6ln am Rhein", 100), "> K?ln am Rhein");
    assert_string_equal(redacted("x s3crets3cret-long s3cre", 100), "> x ****** s3cre");
    assert_string_equal(redacted("abc s3cret", 5), "> abc "); /* at most so many bytes */
}

/* ---- gates ---- */

static void fail_gate(uint64_t n)
{
    char number[24];

    for (size_t i = 0; i < GATE_COUNT; i++)
        n += gate_count((enum gate)i);
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)n);
    (void)setenv("TAGWERK_FAIL_AT", number, 1);
}

static void a_call_that_its_gate_stops_never_leaves(void **state)
{
    (void)state;
    say("200 OK", "{}");
    fail_gate(1);
    assert_int_equal(ask(true)->fate, FATE_DOWN);
    (void)unsetenv("TAGWERK_FAIL_AT");
    assert_int_equal(far.heard_len, 0);
    assert_int_equal(session.calls, 0);
    assert_says(trials[0].err, ERR_SYSTEM, "POST /orders");
}

static void an_answer_that_its_gate_stops_was_not_heard(void **state)
{
    (void)state;
    say("200 OK", "{}");
    fail_gate(2);
    assert_ended(ask(false), FATE_ANSWERED, 2);
    fail_gate(2);
    assert_int_equal(ask(true)->fate, FATE_LOST);
    (void)unsetenv("TAGWERK_FAIL_AT");
    assert_int_equal(trials[0].tries, 1);
}

/* ---- exchanges ---- */

static void an_exchange_may_be_begun_again_and_its_arena_goes_on(void **state)
{
    const char *kept;

    (void)state;
    say("200 OK", "{\"id\":\"1\"}");
    say("200 OK", "{\"id\":\"2\"}");
    kept = node_text(ask(false)->response.root, "id");
    assert_string_equal(node_text(ask(false)->response.root, "id"), "2");
    assert_string_equal(kept, "1");
    assert_int_equal(trials[0].tries, 1);
    assert_int_equal(trials[0].request.headers_len, 2);
}

static void an_exchange_that_waits_may_be_given_up(void **state)
{
    (void)state;
    session.in_flight = 1;
    say("200 OK", "{}");
    for (size_t i = 0; i < 3; i++)
        session_start(&session, prepare(i, false));
    exchange_done(&session, &trials[2]);
    assert_ptr_equal(session_finish(&session), &trials[0]);
    assert_ptr_equal(session_finish(&session), &trials[1]);
    assert_null(session_finish(&session));
    exchange_done(&session, &trials[2]); /* fine on an empty one */
    assert_int_equal(far.heard_len, 2);
}

/* The far side answers two of three and waits for a fourth before it says more. */
static void an_exchange_that_is_under_way_may_be_given_up(void **state)
{
    bool through[3] = {false};

    (void)state;
    far.together = 2;
    say("200 OK", "{}");
    for (size_t i = 0; i < 3; i++) {
        trials[i].owner = &through[i];
        session_start(&session, prepare(i, false));
    }
    for (size_t i = 0; i < 2; i++)
        *(bool *)session_finish(&session)->owner = true;
    assert_int_equal(session.under_way, 1);
    for (size_t i = 0; i < 3; i++)
        if (!through[i])
            exchange_done(&session, &trials[i]);
    assert_int_equal(session.under_way, 0);
    assert_null(session_finish(&session)); /* at once */
    session_start(&session, prepare(3, false));
    assert_ptr_equal(session_finish(&session), &trials[3]);
    assert_int_equal(trials[3].fate, FATE_ANSWERED);
}

static void an_exchange_that_is_through_may_be_given_up_unheard(void **state)
{
    (void)state;
    trials[0] = trials[1] = (struct exchange){0};
    (void)prepare(0, true);
    (void)prepare(1, true);
    account.url = NULL; /* neither can be signed */
    session_start(&session, &trials[0]);
    session_start(&session, &trials[1]);
    exchange_done(&session, &trials[0]);
    assert_ptr_equal(session_finish(&session), &trials[1]);
    assert_null(session_finish(&session));
}

static void one_question_gets_one_answer(void **state)
{
    struct err err = {0};

    (void)state;
    say("200 OK", "{}");
    say("422 No", "{}");
    assert_true(session_ask(&session, prepare(0, false), &err));
    assert_int_equal(err.kind, ERR_NONE);
    assert_false(session_ask(&session, prepare(0, false), &err));
    assert_says(err, ERR_RECORD, "422");
}

static void a_session_with_nothing_to_do_says_so(void **state)
{
    (void)state;
    say("200 OK", "{}");
    assert_null(session_finish(&session));
}

#define with_far_side(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_far_side(an_answer_is_parsed_and_judged),
        with_far_side(a_request_is_signed_once_and_asks_for_gzip),
        with_far_side(a_change_is_counted_as_a_write_and_carries_its_body),
        with_far_side(xml_is_parsed_where_the_connector_speaks_it),
        with_far_side(an_empty_answer_has_no_root),
        with_far_side(gzip_is_inflated),
        with_far_side(damaged_gzip_is_asked_for_again_but_never_sent_again),
        with_far_side(a_bomb_is_stopped_at_the_connectors_ceiling),
        with_far_side(a_429_is_waited_out_and_repeated_a_change_too),
        with_far_side(retry_after_in_seconds_is_obeyed_exactly),
        with_far_side(retry_after_as_a_date_is_obeyed),
        with_far_side(a_retry_after_that_says_nothing_falls_back_to_our_own_pace),
        with_far_side(who_asks_us_to_wait_an_hour_is_left_for_the_next_run),
        with_far_side(a_429_that_never_ends_is_given_up),
        with_far_side(a_429_holds_back_the_others_of_its_kind_too),
        with_far_side(server_trouble_is_asked_again_with_growing_waits_and_then_given_up),
        with_far_side(passing_trouble_is_forgotten),
        with_far_side(a_change_whose_outcome_is_unknown_is_lost_and_not_repeated),
        with_far_side(a_web_page_where_data_should_be_is_asked_again),
        with_far_side(a_web_page_for_ever_is_given_up),
        with_far_side(what_reached_nobody_is_tried_again_a_change_too),
        with_far_side(silence_is_lost_for_a_change),
        with_far_side(credentials_that_are_refused_end_the_account_for_this_run),
        with_far_side(a_refusal_is_the_requests_own_and_the_session_goes_on),
        with_far_side(the_connectors_own_judge_decides),
        with_far_side(a_wrong_setup_found_on_the_way_ends_the_account),
        with_far_side(what_cannot_be_signed_is_never_sent),
        with_far_side(a_request_that_was_cut_is_never_sent),
        with_far_side(calls_a_minute_are_kept_exactly_in_a_sliding_window),
        with_far_side(calls_a_second_are_kept_beside_those_a_minute),
        with_far_side(reads_and_writes_have_windows_of_their_own),
        with_far_side(an_endpoint_may_have_a_pace_of_its_own_beside_one_for_all),
        with_far_side(the_account_may_scale_the_paces_or_do_without),
        with_far_side(who_is_busy_lets_the_next_call_leave),
        with_far_side(repetitions_count_for_the_pace_too),
        with_far_side(no_more_are_under_way_than_may_be_and_they_finish_in_any_order),
        with_far_side(a_call_leaves_when_its_time_has_come_though_another_is_still_under_way),
        with_far_side(the_accounts_options_override_the_connectors_limits),
        with_far_side(a_session_that_is_down_fails_the_rest_at_once),
        with_far_side(what_is_under_way_is_heard_out),
        with_far_side(a_secret_that_is_echoed_never_gets_into_a_text),
        with_far_side(redacting_cuts_at_characters_and_blanks_controls),
        with_far_side(a_call_that_its_gate_stops_never_leaves),
        with_far_side(an_answer_that_its_gate_stops_was_not_heard),
        with_far_side(an_exchange_may_be_begun_again_and_its_arena_goes_on),
        with_far_side(an_exchange_that_waits_may_be_given_up),
        with_far_side(an_exchange_that_is_under_way_may_be_given_up),
        with_far_side(an_exchange_that_is_through_may_be_given_up_unheard),
        with_far_side(one_question_gets_one_answer),
        with_far_side(a_session_with_nothing_to_do_says_so),
    };

    return cmocka_run_group_tests_name("session", tests, begin_world, NULL);
}
